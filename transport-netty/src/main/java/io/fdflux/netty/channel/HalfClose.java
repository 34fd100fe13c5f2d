package io.fdflux.netty.channel;

import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.Sockets;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.PromiseNotifier;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;

/**
 * Shuts down either direction of a stream from this side. The peer's half-close (ALLOW_HALF_CLOSURE) is in
 * {@link StreamInput#onEnd}. Any thread asks for the state; the loop changes it.
 *
 * <pre>
 * call                               | effect
 * -----------------------------------+-----------------------------------------------------------
 * shutdownInput                      | immediate; the next read() reports the end of input
 * shutdownOutput, nothing flushed    | immediate
 * shutdownOutput, pending writes     | written first; new writes are refused from now on
 * close meanwhile                    | fails a shutdownOutput that is still queued
 * </pre>
 */
final class HalfClose {

    private final StreamChannel channel;
    private volatile boolean outputEnded;
    private ChannelPromise whenWritten;

    HalfClose(StreamChannel channel) {
        this.channel = channel;
    }

    boolean outputEnded() {
        return outputEnded;
    }

    /** Whether the output ends once no write is pending. */
    boolean outputEnding() {
        return whenWritten != null;
    }

    void outputHasEnded() {
        outputEnded = true;
    }

    void shutdownInput(ChannelPromise promise) {
        if (!isConnected(promise)) {
            return;
        }
        int result = Sockets.shutdownInput(channel.number());
        if (result < 0) {
            promise.tryFailure(Errno.exception("shutdown", channel, -result));
        } else {
            channel.streamUnsafe().input().end();
            promise.trySuccess();
        }
    }

    void shutdownOutput(ChannelPromise promise) {
        if (!isConnected(promise)) {
            return;
        }
        channel.streamUnsafe().advanceOutput();
        if (!channel.streamUnsafe().hasPendingOutput()) {
            channel.streamUnsafe().shutdownOutput(promise);
        } else if (!promise.setUncancellable()) {
            return;
        } else if (whenWritten == null) {
            whenWritten = promise;
        } else {
            PromiseNotifier.cascade(false, whenWritten, promise);
        }
    }

    /** Closes both directions, the output first. Any thread. */
    static void shutdown(StreamChannel channel, ChannelPromise promise) {
        channel.shutdownOutput()
                .addListener(output -> channel.shutdownInput().addListener(input -> {
                    Throwable cause = output.cause() != null ? output.cause() : input.cause();
                    if (cause == null) {
                        promise.trySuccess();
                    } else {
                        promise.tryFailure(cause);
                    }
                }));
    }

    private boolean isConnected(ChannelPromise promise) {
        if (!channel.isOpen()) {
            promise.tryFailure(new ClosedChannelException());
        } else if (!channel.isActive()) {
            promise.tryFailure(new NotYetConnectedException());
        }
        return channel.isActive();
    }

    /** Runs after each write pass; ends the output if that was asked for and no write is pending. */
    void onWritten() {
        if (whenWritten != null && !channel.streamUnsafe().hasPendingOutput()) {
            ChannelPromise promise = whenWritten;
            whenWritten = null;
            channel.streamUnsafe().shutdownOutput(promise);
        }
    }

    void closed() {
        channel.streamUnsafe().input().end();
        outputEnded = true;
        ChannelPromise promise = whenWritten;
        if (promise != null) {
            whenWritten = null;
            promise.tryFailure(new ClosedChannelException());
        }
    }
}
