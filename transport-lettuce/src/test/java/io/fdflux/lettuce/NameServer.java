package io.fdflux.lettuce;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A DNS server on the loopback that gives 127.0.0.1 for every name: it answers queries of type A (RFC 1035, section 4)
 * and has no other records.
 */
final class NameServer implements AutoCloseable {

    private static final int HEADER = 12;
    private static final short RESPONSE = (short) 0x8180; // recursion desired and available
    private static final short TYPE_A = 1;
    private static final short CLASS_IN = 1;
    private static final short NAME_OF_QUESTION = (short) 0xC00C; // a pointer to the name behind the header
    private static final int TTL_SECONDS = 60;

    private final DatagramSocket socket;
    private final Thread thread = new Thread(this::serve, "name-server");
    private final AtomicInteger queries = new AtomicInteger();

    NameServer() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    int queries() {
        return queries.get();
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
        try {
            while (true) {
                socket.receive(packet);
                queries.incrementAndGet();
                byte[] response = respond(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
                socket.send(new DatagramPacket(response, response.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static byte[] respond(ByteBuffer query) {
        int end = HEADER;
        while (query.get(end) != 0) {
            end += query.get(end) + 1;
        }
        end++; // the root label
        boolean hasAddress = query.getShort(end) == TYPE_A;
        byte[] question = new byte[end + 4 - HEADER];
        query.get(HEADER, question);
        ByteBuffer response = ByteBuffer.allocate(512);
        response.putShort(query.getShort(0)).putShort(RESPONSE);
        response.putShort((short) 1).putShort((short) (hasAddress ? 1 : 0)).putInt(0);
        response.put(question);
        if (hasAddress) {
            response.putShort(NAME_OF_QUESTION)
                    .putShort(TYPE_A)
                    .putShort(CLASS_IN)
                    .putInt(TTL_SECONDS);
            response.putShort((short) 4).put(new byte[] {127, 0, 0, 1});
        }
        byte[] bytes = new byte[response.flip().remaining()];
        response.get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        socket.close();
    }
}
