package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Connect;
import io.fdflux.engine.stream.OutputOwner;
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
                || (unsafe.input().isDelivering() && channel.pulls())
                || unsafe.outboundBuffer().totalPendingWriteBytes() >= StreamChannel.WRITE_AT_ONCE_BYTES;
    }

    @Override
    public void writePending() {
        unsafe.writePending();
    }

    @Override
    public boolean mayWriteAgain(int writes) {
        return writes < channel.config().getWriteSpinCount();
    }

    @Override
    public boolean write(Registration registration) throws Exception {
        return channel.writeFirst(unsafe.outboundBuffer());
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
