package io.fdflux.netty.datagram;

import io.fdflux.engine.stream.Output;
import io.fdflux.netty.channel.OutputUnsafe;
import io.fdflux.posix.Errno;
import io.netty.channel.ChannelPromise;
import java.net.SocketAddress;

/** Drives a datagram channel for its loop: reading, writing, and connecting, which never waits. */
public final class MessageUnsafe extends OutputUnsafe {

    private final MessageChannel channel;
    private final MessageInput input;
    private final Output output;
    private boolean closing;

    MessageUnsafe(MessageChannel channel) {
        super(channel);
        this.channel = channel;
        this.input = new MessageInput(channel, this);
        this.output = new Output(new MessageOutput(channel, this));
    }

    @Override
    public boolean isStream() {
        return false;
    }

    // ---- reading

    @Override
    public void attemptRead() {
        input.attempt();
    }

    @Override
    public void onHangup() {
        // A datagram socket has no peer that could end its input.
    }

    // ---- writing

    @Override
    protected Output output() {
        return output;
    }

    @Override
    protected void flush0() {
        if (!channel.isActive()) {
            super.flush0(); // fails pending writes
        } else {
            resumeOutput();
        }
    }

    /** Pending datagrams are sent at the end of the turn; between two loops they stay for the next one. */
    void resumeOutput() {
        if (registration() != null) {
            output.flush(registration());
        }
    }

    /** Attempts pending writes in this turn, although no event has reported that the receiver has capacity. */
    public void retryWrite() {
        if (registration() != null && channel.isActive() && !outboundBuffer().isEmpty()) {
            registration().retryWrite();
        }
    }

    /** {@return whether this is the last attempt to write} */
    boolean isClosing() {
        return closing;
    }

    // ---- connecting and closing

    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (promise.isDone() || !ensureOpen(promise)) {
            return;
        }
        boolean wasActive = channel.isActive(); // binding makes it so, too
        try {
            SocketAddress peer = channel.checkedPeer(remote);
            if (local != null) {
                channel.doBind(local);
            }
            int result = channel.connectTo(peer);
            if (result < 0) {
                throw Errno.exception("connect", peer, -result);
            }
            channel.opened(peer);
            promise.trySuccess();
        } catch (Throwable t) {
            promise.tryFailure(annotateConnectException(t, remote));
            closeIfClosed();
        }
        if (!wasActive && channel.isActive()) {
            channel.pipeline().fireChannelActive();
        }
    }

    @Override
    public void close(ChannelPromise promise) {
        closing = true;
        advanceOutput();
        closing = false;
        super.close(promise);
    }
}
