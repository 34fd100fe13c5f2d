package io.fdflux.netty.channel;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.fdflux.posix.socket.Sockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.util.UncheckedBooleanSupplier;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * A listening socket over the engine, of whatever family. Accepts until EAGAIN, or exactly as many as the kernel says
 * are waiting.
 */
public abstract class ListenerChannel extends EngineChannel implements ServerChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    /** Connections an attempt that were gone before they were accepted, until that counts as a failure. */
    private static final int MOST_GONE = 64;

    private final SocketAddressBuffer peer = new SocketAddressBuffer();
    private final FirstReadGuess firstReads = new FirstReadGuess();
    private final UncheckedBooleanSupplier mayContinue =
            () -> registration() != null && registration().isReadReady();

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

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        bindTo(address);
        // Loads what is needed when there are no descriptors left: without them it may not be possible to open
        // its file.
        Errno.exception("accept", address, Errno.EMFILE);
        new ChannelTimer(this, this::beginReadThatWaited, 0);
        listening(kernelLocalAddress());
        beginReadThatWaited();
    }

    @Override
    boolean mayRead() {
        return isActive();
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new ServerUnsafe();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        throw new UnsupportedOperationException("a listening socket cannot be written");
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        throw new UnsupportedOperationException("a listening socket cannot be written");
    }

    private final class ServerUnsafe extends EngineUnsafe {

        ServerUnsafe() {
            super(ListenerChannel.this);
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
            registration().dropRead();
            RecvByteBufAllocator.ExtendedHandle sizes = (RecvByteBufAllocator.ExtendedHandle) recvBufAllocHandle();
            sizes.reset(config());
            Throwable failure = null;
            boolean accepted = false;
            int gone = 0;
            do {
                int fd = Sockets.accept(number(), peer);
                registration().counters().readCall(0);
                while (fd < 0 && Errno.isOfPendingConnection(-fd) && gone < MOST_GONE) {
                    gone++;
                    registration().counters().acceptError();
                    fd = Sockets.accept(number(), peer);
                    registration().counters().readCall(0);
                }
                if (fd < 0) {
                    failure = acceptFailed(-fd);
                    break;
                }
                registration().counters().accepted();
                registration().onRead(1, 1);
                Descriptor connection = Descriptor.of(fd);
                Channel child;
                try {
                    child = child(connection, peer, firstReads);
                } catch (Throwable t) { // memory, mostly: the connection is lost, its listener is not
                    failure = t;
                    giveUp(connection, t);
                    break;
                }
                accepted = true;
                sizes.incMessagesRead(1);
                deliver(child);
            } while (isOpen() && registration() != null && sizes.continueReading(mayContinue));
            if (accepted) {
                sizes.readComplete();
                pipeline().fireChannelReadComplete();
            }
            if (!accepted) {
                beginRead(); // the read() that asked for this attempt is still to be answered
            }
            if (failure != null) {
                pipeline().fireExceptionCaught(failure);
            }
        }

        private void giveUp(Descriptor connection, Throwable cause) {
            registration().counters().acceptError();
            restFromReading();
            try {
                connection.close();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }

        /** What to tell the pipeline, null for EAGAIN. */
        private Throwable acceptFailed(int errno) {
            if (errno == Errno.EAGAIN) {
                registration().onReadWouldBlock();
                return null;
            }
            registration().counters().acceptError();
            restFromReading(); // whatever it is: the connection still waits, and the next attempt would fail too
            return Errno.exception("accept", localAddress(), errno);
        }

        @Override
        public void attemptWrite() {
            registration().dropWrite();
        }

        @Override
        public void onHangup() {
            // A listening socket has no peer; what failed it shows in the next accept.
        }
    }
}
