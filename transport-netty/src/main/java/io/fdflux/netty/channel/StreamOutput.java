package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Connect;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.engine.stream.Stage;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * The pending writes of a stream channel, for {@link io.fdflux.engine.stream.Output}: what is staged, then Netty's
 * outbound buffer. Loop thread only.
 *
 * <pre>
 * flushed message                                  | what happens                          | its promise succeeds when
 * -------------------------------------------------+---------------------------------------+--------------------------
 * buffer, within the bounds                        | staged; leaves at the turn's end      | it is staged
 * buffer beyond a bound, file region, descriptor,  | written in the flush, with all that   | the kernel has it
 * splice; any behind one of these                  | is staged                             |
 * one of 16 or more that are flushed together, for | the same                              | the kernel has it
 * the first time in a turn                         |                                       |
 * any, while the socket is full                    | waits in Netty's queue                | the kernel has it
 * any, after 100 ms and 2 MiB of flushes in a turn | waits in Netty's queue                | the kernel has it: at the
 *                                                  |                                       | turn's end, if it takes it
 * </pre>
 *
 * The bounds are 1,024 messages, and the smaller of {@link Stage#LARGEST} and the channel's high water mark. So a user
 * who lowers the mark also lowers what is promised beyond it.
 *
 * <p>A promise that is pending after the flush means a full socket, as on Netty's transports, or a writer that would
 * fill the loop's turn for ever ({@link FlushTime}). Owners rely on the former: Reactor Netty 1.3.7 stops reading for
 * good if an answer is pending while 32 messages of later requests are queued.
 */
final class StreamOutput implements OutputOwner {

    /** Writers may answer each success with another message, also with an empty one, for ever. */
    private static final int MOST_STAGED = 1024;

    /**
     * So many promises have listeners that hold the send up for as long as it takes, and the peer has nothing to do
     * meanwhile: HTTP/2 ends each stream there. A share of the call is cheap for each message.
     */
    private static final int GO_AHEAD = 16;

    private final StreamChannel channel;
    private final StreamUnsafe unsafe;
    private Stage stage = new Stage();
    /** Messages since the last write. */
    private int staged;

    /** The turn of the last flush that has gone ahead of its listeners. */
    private int wentAhead;

    private final FlushTime flushTime = new FlushTime(System::nanoTime);

    StreamOutput(StreamChannel channel, StreamUnsafe unsafe) {
        this.channel = channel;
        this.unsafe = unsafe;
    }

    /** What the kernel has not taken of the messages whose promises have succeeded. */
    Stage stage() {
        return stage;
    }

    /** Hands the staged bytes to the caller. */
    Stage takeStage() {
        Stage taken = stage;
        stage = new Stage();
        return taken;
    }

    @Override
    public boolean hasPending() {
        return !stage.isEmpty() || hasQueued();
    }

    private boolean hasQueued() {
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        return out != null && !out.isEmpty();
    }

    /**
     * A flush during channelActive writes immediately, because a handler that speaks first may wait there for the
     * answer. Without staging each flush does, as on Netty's transports.
     */
    @Override
    public boolean writesInFlush() {
        return unsafe.isBecomingActive() || !channel.isStaging() && !isTurnOver(channel.registration());
    }

    @Override
    public boolean stage(Registration registration) {
        if (isTurnOver(registration)) {
            return false;
        }
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        if (out.size() >= GO_AHEAD && wentAhead != registration.turn()) {
            wentAhead = registration.turn();
            return true;
        }
        int bound = Math.min(Stage.LARGEST, channel.config().getWriteBufferHighWaterMark());
        int before = staged;
        while (staged < MOST_STAGED
                && isWritable(registration)
                && out.current() instanceof ByteBuf message
                && message.readableBytes() <= bound - stage.bytes()) {
            int length = message.readableBytes();
            stage.add(message, channel.alloc());
            staged++;
            out.progress(length);
            out.remove();
        }
        registration.counters().staged(staged - before);
        return hasQueued();
    }

    private boolean isTurnOver(Registration registration) {
        return flushTime.isOver(registration.turn());
    }

    @Override
    public void onStaged() {
        unsafe.onStaged();
    }

    @Override
    public ByteBuf singleSend() {
        return hasQueued() ? null : stage.single();
    }

    @Override
    public void onSent(Registration registration, int result) {
        registration.countWrite(result);
        stage.take(Math.max(result, 0));
    }

    @Override
    public void onWriteError(Throwable cause) {
        unsafe.onWriteError(cause);
    }

    @Override
    public boolean mayWriteAgain(int writes) {
        return writes < channel.config().getWriteSpinCount();
    }

    @Override
    public boolean write(Registration registration) throws Exception {
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        if (stage.isEmpty() && !(out.current() instanceof ByteBuf)) {
            return channel.writeMessage(out);
        }
        GatheredWrite gathered = GatheredWrite.ofLoop();
        boolean end = channel.endsAfterPending();
        long n = gathered.send(channel.number(), stage, out, end);
        // Kept apart from the loop's instance: listeners may write other channels.
        long asked = gathered.asked();
        if (asked > 0) {
            registration.countWrite(n);
        }
        if (n == -Errno.EAGAIN) {
            return false;
        }
        if (n < 0) {
            throw Errno.exception("send", channel, (int) -n);
        }
        if (end) {
            unsafe.heldBack();
        }
        flushTime.wrote(registration.turn(), n);
        removeWritten(out, n - stage.take(n));
        return n == asked;
    }

    /**
     * Takes written bytes off the queue, with empty messages between and behind them. Only what is flushed now: the
     * listeners of {@link ChannelOutboundBuffer#removeBytes} may flush empty messages for ever.
     */
    private static void removeWritten(ChannelOutboundBuffer out, long bytes) {
        long left = bytes;
        for (int messages = out.size(); messages > 0 && out.current() instanceof ByteBuf message; messages--) {
            int readable = message.readableBytes();
            int written = (int) Math.min(readable, left);
            left -= written;
            if (written > 0) {
                out.progress(written);
            }
            if (written < readable) {
                message.skipBytes(written);
                return;
            }
            out.remove();
        }
    }

    @Override
    public boolean isWritable(Registration registration) {
        return channel.registration() == registration && channel.isOpen();
    }

    @Override
    public void onTurnEnd() {
        staged = 0;
        unsafe.onWritten();
    }

    @Override
    public int connectOutcome() {
        return Connect.outcome(channel.registration(), channel.number());
    }

    @Override
    public void onConnected(int errno) {
        unsafe.onConnected(errno);
    }

    @Override
    public String toString() {
        return channel.toString();
    }
}
