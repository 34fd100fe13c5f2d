package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Io;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * The reads of a stream, its end of input and its hang-up. Loop thread only.
 *
 * <pre>
 * an attempt finds ...           | what happens
 * -------------------------------+------------------------------------------------------------------
 * bytes                          | delivered; again while the allocator's handle says so, and the
 *                                | channel is still this loop's, open, and not spliced
 * nothing (EAGAIN), bytes before | channelReadComplete; the next read() is the next demand
 * nothing, none before           | demand stays
 * the end, ALLOW_HALF_CLOSURE    | the input's end is told, once each of Netty's two events
 * the end else                   | closed
 * an error                       | exceptionCaught, closed
 * no buffer: out of memory       | the same
 * no buffer: an exception        | exceptionCaught; demand stays if there were no bytes before; a rest
 *
 * a hang-up finds ...            |
 * -------------------------------+------------------------------------------------------------------
 * a reset of an accepted channel,| closed, and no exception: it would come before bytes that nobody has
 * and bytes left in the kernel   | asked for. Nobody is left to answer (invariant 9)
 * bytes left in the kernel       | nothing: the end follows them when they have been asked for
 * none                           | as for the end, or for the error that the socket holds
 * </pre>
 */
final class StreamReads {

    private final StreamChannel channel;
    private final StreamUnsafe unsafe;
    private final UncheckedBooleanSupplier mayContinue;
    private boolean allReadTold;
    private boolean delivering;

    StreamReads(StreamChannel channel, StreamUnsafe unsafe) {
        this.channel = channel;
        this.unsafe = unsafe;
        this.mayContinue =
                () -> channel.registration() != null && channel.registration().isReadReady();
    }

    /** Whether a message is on its way up the pipeline. */
    boolean isDelivering() {
        return delivering;
    }

    void attempt() {
        Registration registration = channel.registration();
        if (channel.pulls() && !channel.splices().isActive()) {
            // The demand stays meanwhile: what a listener does, it may move along with, or wait for.
            unsafe.writeNow();
            if (channel.registration() != registration || !registration.isReadWanted()) {
                return;
            }
        }
        registration.dropRead();
        if (channel.splices().isActive()) {
            channel.splices().attemptRead(registration);
            return;
        }
        if (channel.isInputShutdown()) {
            allRead();
            return;
        }
        ChannelConfig config = channel.config();
        RecvByteBufAllocator.ExtendedHandle sizes = (RecvByteBufAllocator.ExtendedHandle) unsafe.recvBufAllocHandle();
        sizes.reset(config);
        ChannelPipeline pipeline = channel.pipeline();
        boolean got = false;
        boolean end = false;
        Throwable failure = null;
        do {
            if (registration.atEndOfInput()) {
                end = true;
                break;
            }
            int n;
            try {
                n = readOnce(registration, sizes);
            } catch (RuntimeException | Error e) { // the allocator's: handlers' go another way
                failure = e;
                break;
            }
            if (n > 0) {
                got = true;
            } else if (Registration.endOfInputErrno(-n) == 0) {
                end = true;
                break;
            } else {
                if (n == -Errno.EAGAIN) {
                    registration.onReadWouldBlock();
                    channel.firstReadTold(false);
                } else {
                    failure = Errno.exception("recv", channel, -n);
                }
                break;
            }
        } while (stillReading(registration) && sizes.continueReading(mayContinue));
        if (got) {
            sizes.readComplete();
            pipeline.fireChannelReadComplete();
        }
        if (failure instanceof RuntimeException notOfTheSocket) {
            allocatorFailed(registration, notOfTheSocket, got);
        } else if (failure != null) {
            inputFailed(failure);
        } else if (end) {
            inputEnded();
        } else if (!got && stillReading(registration)) {
            registration.wantRead(); // the read() that asked for this attempt is still to be answered
        }
    }

    private void allocatorFailed(Registration registration, RuntimeException failure, boolean got) {
        if (channel.registration() == registration) {
            channel.restFromReading();
        }
        if (!got && stillReading(registration)) {
            channel.beginRead();
        }
        channel.pipeline().fireExceptionCaught(failure);
    }

    private int readOnce(Registration registration, RecvByteBufAllocator.ExtendedHandle sizes) {
        delivering = true;
        try {
            return channel.readOnce(registration, sizes);
        } finally {
            delivering = false;
        }
    }

    /** A handler may have closed the channel, shut its input, moved it to another loop, or begun to splice it. */
    private boolean stillReading(Registration registration) {
        return channel.registration() == registration
                && channel.isActive()
                && !channel.isInputShutdown()
                && !channel.splices().isActive();
    }

    /** The output has failed with the input. */
    void inputFailed(Throwable cause) {
        channel.pipeline().fireExceptionCaught(cause);
        unsafe.close(unsafe.voidPromise());
    }

    void inputEnded() {
        if (channel.isInputShutdown()) {
            return;
        }
        if (channel.halfCloses() && !nobodyToAnswer()) {
            channel.halfClose().inputHasEnded();
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            allRead();
        } else {
            unsafe.close(unsafe.voidPromise());
        }
    }

    private void allRead() {
        if (!allReadTold) {
            allReadTold = true;
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }

    void hangup() {
        if (!channel.isActive()) {
            return;
        }
        Registration registration = channel.registration();
        if (channel.isInputShutdown()) {
            if (nobodyToAnswer()) {
                unsafe.close(unsafe.voidPromise());
            }
        } else if (channel.splices().isActive()) {
            channel.splices().hangup();
        } else if (registration.atEndOfInput() || Io.available(channel.number()) <= 0) {
            int errno = registration.endOfInputErrno(channel::takeError);
            if (errno != 0) {
                inputFailed(Errno.exception("recv", channel, errno));
            } else {
                inputEnded();
            }
        } else if (nobodyToAnswer()) {
            unsafe.close(unsafe.voidPromise());
        }
    }

    /** An accepted connection was reset; of one that was connected, what came before the reset may be the answer. */
    private boolean nobodyToAnswer() {
        Registration registration = channel.registration();
        return channel.parent() != null && registration != null && registration.hasFailed();
    }
}
