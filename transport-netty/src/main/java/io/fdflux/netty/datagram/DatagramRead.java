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
 * One read call of a datagram socket: receives into one buffer, and hands each datagram to the pipeline.
 *
 * <pre>
 * MAX_DATAGRAM_PAYLOAD_SIZE | UDP_GRO | the buffer
 * --------------------------+---------+----------------------------------------------------------------------
 *  0                        | off     | one datagram's
 *  n                        | off     | cut into rooms of n bytes, for a datagram each: slices of it are delivered
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

    /** How many datagrams the last call has handed to the pipeline: those that were cut are not. */
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
        int room = payload == 0 ? buffer.writableBytes() : Math.min(payload, buffer.writableBytes());
        int rooms;
        int received;
        try {
            rooms = cut(buffer, room, most);
            received = datagrams.receive(channel.messageUnsafe().fd(), joined || destinations);
        } catch (Throwable t) {
            buffer.release();
            throw t;
        }
        channel.messageUnsafe().registration().counters().readCall(received > 0 ? bytes(received) : received);
        if (received <= 0) {
            buffer.release();
            return received;
        }
        sizes.attemptedBytesRead(rooms * room);
        // An empty datagram is no end, and where there are several rooms the guess of sizes is about their number.
        sizes.lastBytesRead(payload == 0 ? Math.max(1, datagrams.length(0)) : received * room);
        sizes.incMessagesRead(received);
        deliver(channel, buffer, received, room, joined);
        return received;
    }

    private int cut(ByteBuf buffer, int room, int most) {
        int rooms = Math.clamp(buffer.writableBytes() / room, 1, Math.min(most, IncomingDatagrams.CAPACITY));
        long address = BufferMemory.writable(buffer, rooms * room);
        datagrams.clear();
        for (int i = 0; i < rooms; i++) {
            datagrams.add(address + (long) i * room, room);
        }
        return rooms;
    }

    private long bytes(int received) {
        long bytes = 0;
        for (int i = 0; i < received; i++) {
            bytes += datagrams.length(i);
        }
        return bytes;
    }

    /** Hands the buffer over, as a whole or in slices. */
    private void deliver(MessageChannel channel, ByteBuf buffer, int received, int room, boolean joined) {
        int start = buffer.writerIndex();
        if (received == 1) {
            buffer.setIndex(start, start + datagrams.length(0));
            deliverOne(channel, buffer, 0, room, joined);
            return;
        }
        try {
            for (int i = 0; i < received; i++) {
                deliverOne(channel, buffer.retainedSlice(start + i * room, datagrams.length(i)), i, room, joined);
            }
        } finally {
            buffer.release();
        }
    }

    private void deliverOne(MessageChannel channel, ByteBuf content, int index, int room, boolean joined) {
        SocketAddress sender = channel.sender(datagrams, index);
        InetSocketAddress destination = destinations ? datagrams.originalDestination(index) : null;
        boolean cut = datagrams.isCut(index);
        int segment = joined ? datagrams.segmentBytes(index) : 0;
        if (segment > 0) {
            deliverSegments(channel, content, sender, destination, segment, cut);
        } else if (cut) {
            content.release();
        } else {
            delivered++;
            channel.messageUnsafe().deliver(channel.incoming(content, sender, destination));
        }
        if (cut) {
            channel.truncated(sender, datagrams.wholeLength(index), room);
        }
    }

    /** The kernel has joined datagrams of one sender; of those that did not fit the ones before are whole. */
    private void deliverSegments(
            MessageChannel channel,
            ByteBuf joined,
            SocketAddress sender,
            InetSocketAddress destination,
            int segment,
            boolean cut) {
        while (cut ? joined.readableBytes() >= segment : joined.isReadable()) {
            ByteBuf one = joined.readRetainedSlice(Math.min(segment, joined.readableBytes()));
            delivered++;
            channel.messageUnsafe().deliver(channel.incoming(one, sender, destination));
        }
        joined.release();
    }
}
