package io.fdflux.netty.datagram;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.posix.socket.OutgoingDatagrams;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.concurrent.FastThreadLocal;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** Sends flushed datagrams, as many as fit into one call. One for each loop's thread. */
final class DatagramWrite implements ChannelOutboundBuffer.MessageProcessor {

    private static final FastThreadLocal<DatagramWrite> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected DatagramWrite initialValue() {
            return new DatagramWrite();
        }
    };

    private final OutgoingDatagrams datagrams = new OutgoingDatagrams();
    private MessageChannel channel;
    private int most;

    private DatagramWrite() {}

    static DatagramWrite ofLoop() {
        return OF_LOOP.get();
    }

    /**
     * Makes one call.
     *
     * @param limit how many datagrams to send at most
     * @return how many were sent, at least one, or the {@code -errno} of the first
     */
    int send(MessageChannel from, ChannelOutboundBuffer out, int limit) throws Exception {
        datagrams.clear();
        channel = from;
        most = limit;
        out.forEachFlushedMessage(this);
        channel = null;
        int sent = datagrams.send(from.messageUnsafe().fd());
        from.messageUnsafe().registration().countWrite(sent > 0 ? datagrams.bytes(sent) : sent);
        return sent;
    }

    @Override
    public boolean processMessage(Object message) throws Exception {
        if (MessageChannel.isNone(message)) {
            return true;
        }
        ByteBuf content = content(message);
        int parts = content.isReadable() ? content.nioBufferCount() : 0;
        if (datagrams.count() == most || !datagrams.begin(parts)) {
            return false;
        }
        if (message instanceof AddressedEnvelope<?, ?> envelope && envelope.recipient() != null) {
            channel.address(datagrams, (SocketAddress) envelope.recipient());
        }
        if (message instanceof SegmentedDatagramPacket packet && packet.segmentSize() < content.readableBytes()) {
            // A larger segment is too long in any case, and the kernel refuses this datagram alone.
            datagrams.segments(Math.min(packet.segmentSize(), OutgoingDatagrams.LARGEST_SEGMENT));
        }
        if (parts == 1) {
            datagrams.part(BufferMemory.readable(content), content.readableBytes());
        } else if (parts > 1) {
            for (ByteBuffer part : content.nioBuffers()) {
                datagrams.part(
                        part.hasRemaining() ? MemorySegment.ofBuffer(part).address() : 0, part.remaining());
            }
        }
        return true;
    }

    private static ByteBuf content(Object message) {
        return message instanceof AddressedEnvelope<?, ?> envelope ? (ByteBuf) envelope.content() : (ByteBuf) message;
    }

    /** Describes a datagram for the message of a failure. */
    static String described(MessageChannel from, Object message) {
        Object recipient = message instanceof AddressedEnvelope<?, ?> envelope ? envelope.recipient() : null;
        return from + ", " + content(message).readableBytes() + " bytes"
                + (recipient == null ? "" : " to " + recipient);
    }
}
