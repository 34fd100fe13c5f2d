package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Input;
import io.fdflux.netty.file.CopyBuffer;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.Splice;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.concurrent.Promise;
import java.io.IOException;

/**
 * Moves bytes from a channel through a pipe to a sink, and reads only when the pipe is empty. Runs on the loop of the
 * source channel.
 *
 * <pre>
 * state   | pipe   | reads source | goes on when                 | to
 * --------+--------+--------------+------------------------------+---------------------------------------
 * WAITING | none   | no           | it is the first of its queue | READING
 * READING | empty  | wanted       | bytes come, the sink takes   | READING, or DONE after the last
 *         |        |              | bytes come, the sink is full | WRITING
 *         |        |              | end, error, cancel, sink gone| DONE
 * WRITING | filled | no           | the sink has taken all       | READING, or DONE after the last,
 *         |        |              |                              | or if cancelled or closed meanwhile
 *         |        |              | the sink has failed          | DONE
 * DONE    | closed | no           |                              |
 * </pre>
 *
 * Bytes in the pipe have left the source. A splice that is cancelled, or whose source closes, therefore still moves
 * them to the sink.
 */
final class ChannelSplice {

    /** The largest pipe of an unprivileged process by default, pipe(7); a pipe takes only as much as fits. */
    private static final long LARGEST_READ = 1 << 20;

    private enum State {
        WAITING,
        READING,
        WRITING,
        DONE
    }

    private final SpliceQueue queue;
    private final StreamChannel source;
    private final SpliceSink sink;
    private final long length;
    private final Promise<Long> promise;
    private final ChannelFutureListener sinkClosed;
    private State state = State.WAITING;
    private Pipes.Pair pipe;
    private long moved;
    private long filling;

    ChannelSplice(SpliceQueue queue, StreamChannel source, SpliceSink sink, long length, Promise<Long> promise) {
        this.queue = queue;
        this.source = source;
        this.sink = sink;
        this.length = length;
        this.promise = promise;
        this.sinkClosed = closed -> queue.onLoop(this::sinkGone);
    }

    /** Ends the splice when its promise is cancelled; called once the splice is queued. */
    void watchCancel() {
        promise.addListener(done -> {
            if (promise.isCancelled()) {
                queue.onLoop(this::cancelled);
            }
        });
    }

    boolean isWaiting() {
        return state == State.WAITING;
    }

    void start() {
        if (length == 0) {
            end(null);
            return;
        }
        try {
            sink.check();
            pipe = Pipes.pipe();
        } catch (IOException e) {
            end(e);
            return;
        }
        state = State.READING;
        sink.onClose(sinkClosed);
        wantRead();
    }

    /**
     * Asks the engine for an attempt. Between two loops it does nothing, because the channel asks again on the
     * next loop.
     */
    void wantRead() {
        if (state == State.READING && source.registration() != null) {
            source.registration().wantRead();
        }
    }

    /**
     * Moves bytes once.
     *
     * @return the bytes, {@link Input#END}, or {@code -errno}; 0 if the splice ended without a call
     */
    int read(Registration registration) {
        if (promise.isDone()) {
            end(null);
            return 0;
        }
        try {
            sink.check();
        } catch (IOException e) {
            end(e);
            return 0;
        }
        int n = (int) Splice.move(source.number(), pipe.second().number(), Math.min(length - moved, LARGEST_READ));
        if (n == -Errno.EAGAIN && registration.isUrgent()) {
            n = passUrgentByte();
        }
        registration.countRead(n);
        if (n > 0) {
            source.onFirstRead(true);
            // A short read proves nothing here, because a pipe counts pages.
            registration.onRead(n, n);
            empty(n);
        } else if (n == -Errno.EAGAIN) {
            source.onFirstRead(false);
        }
        return n == 0 ? endOrError(registration) : n;
    }

    /**
     * splice(2) also returns 0 for a reset, because tcp_splice_read() tests SOCK_DONE before sk_err (net/ipv4/tcp.c).
     * The errno is with the poller or still on the socket.
     */
    private int endOrError(Registration registration) {
        int errno = registration.pendingErrno() != 0 ? registration.pendingErrno() : source.takeError();
        return errno == 0 ? Input.END : -errno;
    }

    /**
     * {@return whether the splice still reads on this registration} The sink's handlers may have ended the splice or
     * moved the source off its loop, as a close that lingers does.
     */
    boolean mayReadAgain(Registration registration) {
        return state == State.READING && source.registration() == registration && registration.isReadReady();
    }

    /**
     * Copies the byte behind the urgent mark. Splicing stops at the mark for good (tcp_read_sock() in net/ipv4/tcp.c),
     * while recv(2) skips the urgent byte.
     */
    private int passUrgentByte() {
        CopyBuffer one = CopyBuffer.ofThread();
        int n = Io.recv(source.number(), one.address(), 1);
        return n == 1 ? Io.write(pipe.second().number(), one.address(), 1) : n;
    }

    private void empty(long n) {
        state = State.WRITING;
        filling = n;
        source.registration().dropRead(); // the sink has to empty the pipe first
        try {
            if (sink.take(pipe.first().number(), n, failure -> queue.onLoop(() -> taken(failure)))) {
                taken(null);
            }
        } catch (IOException e) {
            end(e);
        }
    }

    private void taken(Throwable failure) {
        if (failure != null) {
            end(failure);
            return;
        }
        moved += filling;
        if (moved == length || promise.isDone()) {
            end(null);
        } else {
            state = State.READING;
            wantRead();
        }
    }

    private void cancelled() {
        if (state != State.WRITING) {
            end(null);
        }
    }

    private void sinkGone() {
        if (state == State.READING) {
            try {
                sink.check();
            } catch (IOException e) {
                end(e);
            }
        }
    }

    /** Ends the splice because the input has ended, or has failed with the cause. */
    void sourceGone(Throwable cause) {
        if (state != State.WRITING) {
            end(cause);
        } else if (cause != null) {
            promise.tryFailure(cause);
        }
    }

    private void end(Throwable cause) {
        if (state == State.DONE) {
            return;
        }
        state = State.DONE;
        sink.offClose(sinkClosed);
        if (pipe != null) {
            try {
                pipe.close();
            } catch (IOException e) {
                source.pipeline().fireExceptionCaught(e);
            }
        }
        if (cause == null) {
            promise.trySuccess(moved);
        } else {
            promise.tryFailure(cause);
        }
        queue.ended(this);
    }
}
