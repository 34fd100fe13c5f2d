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
 * flushed message                         | where it waits for the turn's end | its promise succeeds when
 * ----------------------------------------+-----------------------------------+--------------------------
 * buffer, within the bound                | the stage                         | it is staged
 * buffer, beyond the bound                | Netty's queue; written at once if | the kernel has it
 *                                         | 64 KiB or more are pending        |
 * any, while the socket is full           | Netty's queue                     | the kernel has it
 * file region, descriptor, splice         | Netty's queue                     | the kernel has it
 * any, behind one in Netty's queue        | Netty's queue                     | the kernel has it
 * </pre>
 *
 * The bound is the smaller of {@link Stage#LARGEST} and the channel's high water mark. So a user who lowers the mark
 * also lowers what is promised beyond it.
 */
final class StreamOutput implements OutputOwner {

    /** Writers may answer each success with another message, also with an empty one, for ever. */
    private static final int MOST_STAGED_IN_A_FLUSH = 1024;

    private final StreamChannel channel;
    private final StreamUnsafe unsafe;
    private Stage stage = new Stage();

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
        if (unsafe.isBecomingActive() || !channel.isStaging()) {
            return true;
        }
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        return out != null && stage.bytes() + out.totalPendingWriteBytes() >= StreamChannel.WRITE_AT_ONCE_BYTES;
    }

    @Override
    public void stage(Registration registration) {
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        int bound = Math.min(Stage.LARGEST, channel.config().getWriteBufferHighWaterMark());
        int staged = 0;
        while (staged < MOST_STAGED_IN_A_FLUSH
                && isWritable(registration)
                && out.current() instanceof ByteBuf message
                && message.readableBytes() <= bound - stage.bytes()) {
            int length = message.readableBytes();
            stage.add(message, channel.alloc());
            staged++;
            out.progress(length);
            out.remove();
        }
        registration.counters().staged(staged);
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
        registration.counters().writeCall(result);
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
        long n = gathered.send(channel.number(), stage, out);
        // Kept apart from the loop's instance: the listeners of removeBytes may write other channels.
        long asked = gathered.asked();
        if (asked > 0) {
            registration.counters().writeCall(n);
        }
        if (n == -Errno.EAGAIN) {
            return false;
        }
        if (n < 0) {
            throw Errno.exception("send", channel, (int) -n);
        }
        out.removeBytes(n - stage.take(n));
        return n == asked;
    }

    @Override
    public boolean isWritable(Registration registration) {
        return channel.registration() == registration && channel.isOpen();
    }

    @Override
    public void onTurnEnd() {
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
