package io.fdflux.netty.datagram;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.posix.socket.IncomingDatagrams;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Makes one read call of a datagram socket: receives into one buffer, and delivers each datagram. A truncated datagram
 * is dropped, and {@link MessageChannel#truncated} reports it; of joined datagrams, the whole ones before it are
 * delivered. One for each loop's thread.
 *
 * <pre>
 * MAX_DATAGRAM_PAYLOAD_SIZE | UDP_GRO | the buffer
 * --------------------------+---------+----------------------------------------------------------------------
 *  0                        | off     | one datagram's
 *  n                        | off     | divided into parts of n bytes, a datagram each: slices are delivered
 *  any                      | on      | one datagram's, or of all those that the kernel has joined: slices likewise
 * </pre>
 */
final class DatagramRead {

    private static final FastThreadLocal<DatagramRead> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected DatagramRead initialValue() {
            return new DatagramRead();
        }
    };

    private final IncomingDatagrams datagrams = new IncomingDatagrams();
    private int delivered;
    private boolean destinations;

    private DatagramRead() {}

    static DatagramRead ofLoop() {
        return OF_LOOP.get();
    }

    /** Datagrams that the last call has delivered; truncated ones are not. */
    int delivered() {
        return delivered;
    }

    /**
     * Makes one call.
     *
     * @param most how many datagrams to take at most
     * @return how many were taken from the kernel, or {@code -errno}
     */
    int receive(MessageChannel channel, RecvByteBufAllocator.ExtendedHandle sizes, int most) {
        delivered = 0;
        boolean joined = channel.messageConfig().isReceiveOffload();
        destinations = channel.messageConfig().reportsDestination();
        ByteBufAllocator allocator = channel.config().getAllocator();
        ByteBuf buffer = BufferMemory.direct(sizes.allocate(allocator), allocator);
        int payload = joined ? 0 : channel.messageConfig().getMaxDatagramPayloadSize();
        int capacity = payload == 0 ? buffer.writableBytes() : Math.min(payload, buffer.writableBytes());
        int parts;
        int received;
        try {
            parts = divide(buffer, capacity, most);
            received = datagrams.receive(channel.messageUnsafe().fd(), joined || destinations);
        } catch (Throwable t) {
            buffer.release();
            throw t;
        }
        channel.messageUnsafe().registration().countRead(received > 0 ? bytes(received) : received);
        if (received <= 0) {
            buffer.release();
            return received;
        }
        sizes.attemptedBytesRead(parts * capacity);
        // An empty datagram is no end. With several parts, the allocator guesses their number.
        sizes.lastBytesRead(payload == 0 ? Math.max(1, datagrams.length(0)) : received * capacity);
        sizes.incMessagesRead(received);
        deliver(channel, buffer, received, capacity, joined);
        return received;
    }

    private int divide(ByteBuf buffer, int capacity, int most) {
        int parts = Math.clamp(buffer.writableBytes() / capacity, 1, Math.min(most, IncomingDatagrams.CAPACITY));
        long address = BufferMemory.writable(buffer, parts * capacity);
        datagrams.clear();
        for (int i = 0; i < parts; i++) {
            datagrams.add(address + (long) i * capacity, capacity);
        }
        return parts;
    }

    private long bytes(int received) {
        long bytes = 0;
        for (int i = 0; i < received; i++) {
            bytes += datagrams.length(i);
        }
        return bytes;
    }

    /** Hands the buffer over, as a whole or in slices. */
    private void deliver(MessageChannel channel, ByteBuf buffer, int received, int capacity, boolean joined) {
        int start = buffer.writerIndex();
        if (received == 1) {
            buffer.setIndex(start, start + datagrams.length(0));
            deliverOne(channel, buffer, 0, capacity, joined);
            return;
        }
        try {
            for (int i = 0; i < received; i++) {
                deliverOne(
                        channel, buffer.retainedSlice(start + i * capacity, datagrams.length(i)), i, capacity, joined);
            }
        } finally {
            buffer.release();
        }
    }

    private void deliverOne(MessageChannel channel, ByteBuf content, int index, int capacity, boolean joined) {
        SocketAddress sender = channel.sender(datagrams, index);
        InetSocketAddress destination = destinations ? datagrams.originalDestination(index) : null;
        boolean truncated = datagrams.isTruncated(index);
        int segment = joined ? datagrams.segmentBytes(index) : 0;
        if (segment > 0) {
            deliverSegments(channel, content, sender, destination, segment, truncated);
        } else if (truncated) {
            content.release();
        } else {
            delivered++;
            channel.messageUnsafe().deliver(channel.incoming(content, sender, destination));
        }
        if (truncated) {
            channel.truncated(sender, datagrams.wholeLength(index), capacity);
        }
    }

    /**
     * Delivers datagrams of one sender that the kernel has joined. If the last one is truncated, the ones before it
     * are whole.
     */
    private void deliverSegments(
            MessageChannel channel,
            ByteBuf joined,
            SocketAddress sender,
            InetSocketAddress destination,
            int segment,
            boolean truncated) {
        while (truncated ? joined.readableBytes() >= segment : joined.isReadable()) {
            ByteBuf one = joined.readRetainedSlice(Math.min(segment, joined.readableBytes()));
            delivered++;
            channel.messageUnsafe().deliver(channel.incoming(one, sender, destination));
        }
        joined.release();
    }
}
