package io.fdflux.loop;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Gather;
import io.fdflux.engine.stream.Output;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.engine.stream.Stage;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The rest of a channel that was closed while the kernel had not taken all staged bytes: its socket, without a pipeline
 * and without input. Loop thread only.
 *
 * <pre>
 * event                                 | what happens
 * --------------------------------------+------------------------------------------------------------
 * the kernel has taken the last byte    | the socket is closed
 * the kernel takes nothing for a while  | the socket is reset, so that the peer sees no orderly end
 * the output fails                      | the socket is closed
 * the loop is asked to shut down        | nothing: the loop goes on for its quiet period
 * the loop ends                         | a last attempt; what is left is reset
 * </pre>
 */
public final class LingeringOutput implements LoopHandle, OutputOwner {

    private static final InternalLogger LOG = InternalLoggerFactory.getInstance(LingeringOutput.class);

    /** How long a peer may take nothing. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int WRITES_PER_TURN = 16;

    private final IoEventLoop loop;
    private final Descriptor socket;
    private final Stage stage;
    private final long patienceNanos;
    private final boolean closeMayBlock;
    private final Output output = new Output(this);
    private final Gather gather = new Gather();
    private IoRegistration loopRegistration;
    private Registration registration;
    private long progressAt = System.nanoTime();
    private boolean ended;

    private LingeringOutput(IoEventLoop loop, Descriptor socket, Stage stage, int lingerSeconds) {
        this.loop = loop;
        this.socket = socket;
        this.stage = stage;
        this.closeMayBlock = lingerSeconds > 0;
        this.patienceNanos = Math.max(PATIENCE_NANOS, TimeUnit.SECONDS.toNanos(lingerSeconds));
    }

    /**
     * Takes a socket over. On the thread of its loop, which has no registration of it any more.
     *
     * @param loop          of the socket
     * @param socket        non-blocking, with a lease that is released here
     * @param stage         not empty; emptied or released here
     * @param lingerSeconds SO_LINGER, not 0. A peer may take nothing for as long, and for a second at least
     */
    public static void start(IoEventLoop loop, Descriptor socket, Stage stage, int lingerSeconds) {
        LingeringOutput output = new LingeringOutput(loop, socket, stage, lingerSeconds);
        try {
            output.loopRegistration = loop.register(output).sync().getNow();
            output.registration = output.loopRegistration.attachment();
            output.registration.counters().lingered();
            output.registration.onWriteWouldBlock();
            output.registration.wantWrite();
            output.watchProgress(output.patienceNanos);
        } catch (Throwable t) {
            output.close();
            LOG.debug("{} ends at once", output, t);
        }
    }

    private void watchProgress(long nanos) {
        loop.schedule(this::checkProgress, nanos, TimeUnit.NANOSECONDS);
    }

    private void checkProgress() {
        if (ended) {
            return;
        }
        long idle = System.nanoTime() - progressAt;
        if (idle >= patienceNanos) {
            end();
        } else {
            watchProgress(patienceNanos - idle);
        }
    }

    /** Closes the socket, and resets it if bytes are left. */
    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        output.withdraw();
        if (!stage.isEmpty()) {
            LOG.debug("{} drops {} bytes", this, stage.bytes());
            stage.release();
            SocketOptionCalls.setLinger(socket.number(), 0); // fails for a socket that is reset already
            if (registration != null) {
                registration.counters().lingeringDropped();
            }
        }
        if (registration != null) {
            registration.counters().lingeringEnded();
            registration.closing(true);
            loopRegistration.cancel();
        }
        if (closeMayBlock) {
            try {
                GlobalEventExecutor.INSTANCE.execute(socket::releaseUnchecked);
                return;
            } catch (RejectedExecutionException e) {
                LOG.debug("{} is closed on its loop", this, e);
            }
        }
        socket.releaseUnchecked();
    }

    // ---- the handle

    @Override
    public int fd() {
        return socket.number();
    }

    @Override
    public boolean isStream() {
        return true;
    }

    @Override
    public boolean isLingering() {
        return true;
    }

    @Override
    public void attemptRead() {
        registration.dropRead(); // never wanted
    }

    @Override
    public void attemptWrite() {
        output.attempt(registration);
    }

    @Override
    public void onHangup() {
        // The next write finds a lost peer. A half-closed one still reads.
    }

    @Override
    public void onWatchRefused(int errno) {
        end();
    }

    @Override
    public void close() {
        sendPromised();
        end();
    }

    @Override
    public long promisedBytes() {
        return stage.bytes();
    }

    @Override
    public void sendPromised() {
        stage.sendAll(socket.number(), gather);
    }

    // ---- the output

    @Override
    public boolean hasPending() {
        return !stage.isEmpty();
    }

    @Override
    public boolean mayWriteAgain(int writes) {
        return writes < WRITES_PER_TURN;
    }

    @Override
    public boolean isWritable(Registration on) {
        return !ended;
    }

    @Override
    public ByteBuf singleSend() {
        return stage.single();
    }

    @Override
    public void onSent(Registration on, int result) {
        registration.countWrite(result);
        progressed(result);
        stage.take(Math.max(result, 0));
    }

    @Override
    public boolean write(Registration on) throws Exception {
        long n = stage.send(socket.number(), gather);
        registration.countWrite(n);
        progressed(n);
        if (n < 0 && n != -Errno.EAGAIN) {
            throw Errno.exception("send", this, (int) -n);
        }
        return n >= 0 && n == gather.asked();
    }

    private void progressed(long result) {
        if (result > 0) {
            progressAt = System.nanoTime();
        }
    }

    @Override
    public void onTurnEnd() {
        if (stage.isEmpty()) {
            end();
        }
    }

    @Override
    public void onWriteError(Throwable cause) {
        LOG.debug("{} has failed", this, cause);
        end();
    }

    @Override
    public String toString() {
        return "closed channel over " + socket;
    }
}
