package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Connect;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * The pending writes of a stream channel, for {@link io.fdflux.engine.stream.Output}: Netty's outbound buffer. Loop
 * thread only.
 */
final class StreamOutput implements OutputOwner {

    private final StreamChannel channel;
    private final StreamUnsafe unsafe;

    StreamOutput(StreamChannel channel, StreamUnsafe unsafe) {
        this.channel = channel;
        this.unsafe = unsafe;
    }

    @Override
    public boolean hasPending() {
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        return out != null && !out.isEmpty();
    }

    /**
     * With auto-read off, the owner may wait for write promises before it reads. On such channels a flush during
     * channelRead writes immediately, as Netty's transports do. So does one during channelActive, where a handler that
     * speaks first may wait for the answer.
     */
    @Override
    public boolean writesInFlush() {
        return unsafe.isBecomingActive()
                || (unsafe.input().isDelivering() && channel.autoReadWasOff())
                || unsafe.outboundBuffer().totalPendingWriteBytes() >= StreamChannel.WRITE_AT_ONCE_BYTES;
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
        if (!(out.current() instanceof ByteBuf)) {
            return channel.writeMessage(out);
        }
        GatheredWrite gathered = GatheredWrite.ofLoop();
        long n = gathered.send(channel.number(), out);
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
        out.removeBytes(n);
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
}
