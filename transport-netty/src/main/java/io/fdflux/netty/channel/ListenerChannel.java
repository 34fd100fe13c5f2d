package io.fdflux.netty.channel;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.AcceptQueue;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * A listening socket over the engine, of whatever family. {@link ListenerInput} accepts until EAGAIN, or until
 * {@link io.fdflux.engine.Registration#onRead} has counted off the connections that the kernel has reported.
 */
public abstract class ListenerChannel extends EngineChannel implements ServerChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final FirstReadGuess firstReads = new FirstReadGuess();

    protected ListenerChannel(Descriptor socket) {
        super(null, socket);
    }

    /** bind(2) and listen(2), on what the user gave. */
    protected abstract void bindTo(SocketAddress address) throws IOException;

    /** The socket has an address, and connections are to be accepted. */
    protected final void listening(SocketAddress local) {
        localAddress(local);
        active(true);
    }

    /** A channel that owns an accepted connection, whose peer's address is in the buffer. */
    protected abstract Channel child(Descriptor accepted, SocketAddressBuffer peer, FirstReadGuess firstReads);

    /**
     * How many connections wait to be accepted; {@link AcceptQueue#UNKNOWN} where that is unknown or costs too much.
     */
    protected int waiting() {
        return AcceptQueue.UNKNOWN;
    }

    final Channel child(Descriptor accepted, SocketAddressBuffer peer) {
        return child(accepted, peer, firstReads);
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        bindTo(address);
        // Loads classes that an exhausted process needs: without a descriptor, their files cannot be opened.
        Errno.exception("accept", address, Errno.EMFILE);
        new ChannelTimer(this, this::beginPendingRead, 0);
        listening(kernelLocalAddress());
        beginPendingRead();
    }

    @Override
    boolean mayRead() {
        return isActive();
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new ListenerUnsafe(this);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        throw new UnsupportedOperationException("a listening socket cannot be written");
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        throw new UnsupportedOperationException("a listening socket cannot be written");
    }

    private static final class ListenerUnsafe extends EngineUnsafe {

        private final ListenerInput input;

        ListenerUnsafe(ListenerChannel channel) {
            super(channel);
            input = new ListenerInput(channel, this);
        }

        @Override
        public boolean isStream() {
            return false;
        }

        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            safeSetFailure(promise, new UnsupportedOperationException("a listening socket cannot connect"));
        }

        @Override
        public void attemptRead() {
            input.attempt();
        }

        @Override
        public void attemptWrite() {
            registration().dropWrite();
        }

        @Override
        public void onHangup() {
            // A listening socket has no peer. An error of its own shows in the next accept.
        }
    }
}
