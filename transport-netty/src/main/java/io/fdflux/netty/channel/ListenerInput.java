package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Input;
import io.fdflux.engine.stream.InputOwner;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.AcceptQueue;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.fdflux.posix.socket.Sockets;
import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;

/**
 * Accepts connections. The rules are in the table of {@link Input}: an accept is a read, there is no end, and an error
 * leaves the listener open. Loop thread only.
 *
 * <pre>
 * accept(2) answers               | what happens
 * --------------------------------+-------------------------------------------------------------------
 * a connection                    | channelRead; again while the allocator's handle allows
 * the last counted connection     | the same, but no further accept: kqueue has counted, or AcceptQueue
 * EAGAIN, or nothing was counted  | demand stays
 * an errno of a lost connection   | the next one is tried, up to MOST_GONE per turn
 * another errno: EMFILE, ENOBUFS  | exceptionCaught; backOffFromReading(), because the connection stays queued
 * a connection, but no channel    | it is closed; then the same
 * </pre>
 */
final class ListenerInput implements InputOwner {

    /** Connections per turn that were gone before they were accepted, until that counts as a failure. */
    private static final int MOST_GONE = 64;

    private static final int ONE = 1;

    private final ListenerChannel channel;
    private final EngineUnsafe unsafe;
    private final Input input = new Input(this);
    private final SocketAddressBuffer peer = new SocketAddressBuffer();
    /** Of the turn. */
    private RecvByteBufAllocator.ExtendedHandle sizes;

    private int gone;

    ListenerInput(ListenerChannel channel, EngineUnsafe unsafe) {
        this.channel = channel;
        this.unsafe = unsafe;
    }

    void attempt() {
        sizes = (RecvByteBufAllocator.ExtendedHandle) unsafe.recvBufAllocHandle();
        sizes.reset(channel.config());
        gone = 0;
        Registration registration = unsafe.registration();
        if (!channel.config().isAutoRead() || mayFind(registration)) {
            input.attempt(registration);
        }
    }

    /**
     * Counts the waiting connections where that is possible, so that no accept has to find out that none is left. With
     * auto-read off, an attempt usually takes one connection, and ends before that.
     */
    private boolean mayFind(Registration registration) {
        int waiting = registration.isCounted() ? AcceptQueue.UNKNOWN : channel.waiting();
        if (waiting != AcceptQueue.UNKNOWN) {
            registration.onCounted(waiting);
        }
        return waiting != 0;
    }

    @Override
    public int read(Registration registration) {
        int fd = accept(registration);
        while (fd < 0 && Errno.isOfPendingConnection(-fd) && gone < MOST_GONE) {
            gone++;
            registration.counters().acceptError();
            fd = accept(registration);
        }
        if (fd < 0) {
            return fd;
        }
        registration.counters().accepted();
        registration.onRead(ONE, ONE);
        Channel child = child(Descriptor.of(fd));
        sizes.incMessagesRead(1);
        channel.deliver(child);
        return ONE;
    }

    private int accept(Registration registration) {
        int fd = Sockets.accept(channel.number(), peer);
        registration.countRead(0);
        return fd;
    }

    /** Memory may lack: the connection is lost then, its listener is not. */
    private Channel child(Descriptor connection) {
        try {
            return channel.child(connection, peer);
        } catch (Throwable t) {
            try {
                connection.close();
            } catch (IOException e) {
                t.addSuppressed(e);
            }
            throw t;
        }
    }

    @Override
    public boolean mayReadAgain(Registration registration, int reads, long bytes) {
        return unsafe.registration() == registration && channel.isOpen() && sizes.continueReading(unsafe.readReady());
    }

    @Override
    public boolean hasEnd() {
        return false;
    }

    @Override
    public void onTurnEnd() {
        sizes.readComplete();
        channel.pipeline().fireChannelReadComplete();
    }

    @Override
    public void onReadError(int errno) {
        failed(unsafe.registration(), errno, Errno.exception("accept", channel.localAddress(), errno));
    }

    @Override
    public void onBufferFailure(Registration registration, Throwable cause) {
        failed(registration, 0, cause);
    }

    private void failed(Registration registration, int errno, Throwable cause) {
        if (registration != null && registration == unsafe.registration()) {
            registration.onAcceptBackOff(errno, EngineChannel.BACKOFF_NANOS);
            channel.backOffFromReading();
        }
        channel.pipeline().fireExceptionCaught(cause);
    }
}
