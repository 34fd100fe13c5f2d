package io.fdflux.netty.datagram;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.posix.Errno;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * The pending datagrams of a channel, for {@link io.fdflux.engine.stream.Output}: Netty's outbound buffer. A turn sends
 * the datagrams that are flushed when it begins. Those that completed writes flush are left for another turn. Loop
 * thread only.
 */
final class MessageOutput implements OutputOwner {

    private final MessageChannel channel;
    private final MessageUnsafe unsafe;
    /** Of the turn: datagrams that it may still send. */
    private int left;

    private boolean progress;
    private boolean awaitsWritable;

    MessageOutput(MessageChannel channel, MessageUnsafe unsafe) {
        this.channel = channel;
        this.unsafe = unsafe;
    }

    @Override
    public boolean hasPending() {
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        return out != null && channel.isActive() && !out.isEmpty();
    }

    @Override
    public void onTurnStart() {
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        int pending = out == null ? 0 : out.size();
        left = unsafe.isClosing() ? pending : Math.min(pending, channel.messagesPerTurn());
        progress = false;
    }

    @Override
    public void onWriteError(Throwable cause) {
        unsafe.onWriteError(cause);
    }

    @Override
    public boolean mayWriteAgain(int writes) {
        return left > 0;
    }

    @Override
    public boolean awaitsWritable() {
        return awaitsWritable;
    }

    @Override
    public boolean write(Registration registration) throws Exception {
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        if (MessageChannel.next(out) == null) {
            return true;
        }
        int sent = DatagramWrite.ofLoop().send(channel, out, left);
        if (sent == -Errno.EAGAIN) {
            awaitsWritable = channel.onFull(out.current(), progress);
            return false;
        }
        progress = true;
        left -= Math.max(sent, 1);
        if (sent < 0) {
            out.remove(channel.failure("sendto", DatagramWrite.described(channel, out.current()), -sent));
        }
        for (int i = 0; i < sent && MessageChannel.next(out) != null; i++) {
            out.remove();
        }
        return true;
    }

    @Override
    public boolean isWritable(Registration registration) {
        return unsafe.registration() == registration && channel.isOpen();
    }
}
