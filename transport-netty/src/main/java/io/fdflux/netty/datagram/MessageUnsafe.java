package io.fdflux.netty.datagram;

import io.fdflux.engine.Registration;
import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.posix.Errno;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.net.SocketAddress;

/** The loop's side of a datagram socket: attempts to read and write, and connecting, which never waits. */
public final class MessageUnsafe extends EngineUnsafe {

    /**
     * Reads in a row that fail, each with an error of its own perhaps, until the cause is taken to be one that stays.
     */
    private static final int MOST_FAILURES = 16;

    private final MessageChannel channel;
    private final UncheckedBooleanSupplier mayContinue;
    private int failures;
    private boolean closing;

    MessageUnsafe(MessageChannel channel) {
        super(channel);
        this.channel = channel;
        this.mayContinue = () -> registration() != null && registration().isReadReady();
    }

    @Override
    public boolean isStream() {
        return false;
    }

    // ---- reading

    @Override
    public void attemptRead() {
        // The read() that asked for this stays until a datagram answers it, or the channel's user takes it back.
        Registration registration = registration();
        RecvByteBufAllocator.ExtendedHandle sizes = (RecvByteBufAllocator.ExtendedHandle) recvBufAllocHandle();
        sizes.reset(channel.config());
        DatagramRead read = DatagramRead.ofLoop();
        int taken = 0;
        boolean got = false;
        Throwable failure = null;
        do {
            int n;
            try {
                n = read.receive(channel, sizes, channel.roomForMessages(taken));
            } catch (OutOfMemoryError | RuntimeException e) { // no buffer: the allocator may be the user's
                failure = e;
                failures++;
                break;
            }
            failures = n < 0 && n != -Errno.EAGAIN ? failures + 1 : 0;
            if (n < 0) {
                // Only this tells that there is none left: the poller's count has datagrams' headers in it on
                // some kernels.
                if (n == -Errno.EAGAIN) {
                    registration.onReadWouldBlock();
                } else {
                    failure = channel.failure("recvmsg", channel, -n);
                }
                break;
            }
            taken += n;
            got |= read.delivered() > 0;
        } while (stillOn(registration) && sizes.continueReading(mayContinue));
        if (got) {
            sizes.readComplete();
            channel.pipeline().fireChannelReadComplete();
        }
        if (failure != null) {
            channel.pipeline().fireExceptionCaught(failure);
            if (failures >= MOST_FAILURES && stillOn(registration)) {
                restFromReading();
            }
        }
    }

    /** A handler may have closed the channel, or moved it to another loop. */
    private boolean stillOn(Registration registration) {
        return registration() == registration && channel.isOpen();
    }

    @Override
    public void onHangup() {
        // A datagram socket has no peer whose going would end anything.
    }

    // ---- writing

    @Override
    protected void flush0() {
        if (!channel.isActive()) {
            super.flush0(); // fails what is pending
        } else {
            resumeWriting();
        }
    }

    /** What is flushed is sent at the end of the turn; between two loops it waits for the next one. */
    void resumeWriting() {
        if (hasFlushed()) {
            registration().wantWrite();
        }
    }

    private boolean hasFlushed() {
        ChannelOutboundBuffer out = outboundBuffer();
        return registration() != null && channel.isActive() && out != null && !out.isEmpty();
    }

    @Override
    public void attemptWrite() {
        registration().dropWrite();
        super.flush0();
    }

    /** Sends what is flushed as far as the socket takes it. */
    private void writeNow() {
        if (registration() != null && channel.isActive() && !registration().isWriteBlocked()) {
            super.flush0();
        }
    }

    /** Tries what waits for room, without a word of the kernel's. */
    public void tryWriting() {
        if (hasFlushed()) {
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
        writeNow();
        closing = false;
        super.close(promise);
    }

    @Override
    public void deregister(ChannelPromise promise) {
        writeNow();
        super.deregister(promise);
    }
}
