package io.fdflux.testsuite.reactor;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A name server with the JDK's blocking sockets, over UDP and TCP on one port.
 *
 * <pre>
 * name begins with | answer
 * -----------------+-----------------------------------------
 * none             | no address
 * big              | truncated over UDP, whole over TCP
 * lost             | none to the first question
 * else             | 127.0.0.1
 * </pre>
 */
final class DnsServer implements AutoCloseable {

    private static final int TYPE_A = 1;
    private static final int TRUNCATED = 0x0200;
    private static final int NAME_ERROR = 3;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    final AtomicInteger overUdp = new AtomicInteger();
    final AtomicInteger overTcp = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    DnsServer() throws IOException {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        tcp = new ServerSocket(0, 100, loopback);
        udp = new DatagramSocket(tcp.getLocalPort(), loopback);
        Thread.ofPlatform().daemon().start(this::serveUdp);
        Thread.ofPlatform().daemon().start(this::serveTcp);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    private void serveUdp() {
        byte[] bytes = new byte[4096];
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        while (true) {
            try {
                packet.setLength(bytes.length);
                udp.receive(packet);
                byte[] query = java.util.Arrays.copyOf(bytes, packet.getLength());
                overUdp.incrementAndGet();
                if (!label(query).startsWith("lost") || lost.getAndIncrement() > 0) {
                    byte[] answer = answer(query, label(query).startsWith("big"));
                    udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serveTcp() {
        while (true) {
            try (Socket client = tcp.accept()) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                overTcp.incrementAndGet();
                byte[] answer = answer(query, false);
                DataOutputStream out = new DataOutputStream(client.getOutputStream());
                out.writeShort(answer.length);
                out.flush(); // in two segments
                out.write(answer);
                in.read(); // until the resolver closes
            } catch (IOException e) {
                if (tcp.isClosed()) {
                    return;
                }
            }
        }
    }

    private static String label(byte[] query) {
        return new String(query, 13, query[12]);
    }

    /** RFC 1035, section 4. */
    private static byte[] answer(byte[] query, boolean truncated) throws IOException {
        int end = 12;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        int type = (query[end + 1] << 8) | query[end + 2];
        boolean none = label(query).startsWith("none");
        boolean found = type == TYPE_A && !none && !truncated;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(query, 0, 2);
        out.writeShort(0x8180 | (truncated ? TRUNCATED : 0) | (none ? NAME_ERROR : 0));
        out.writeShort(1);
        out.writeShort(found ? 1 : 0);
        out.writeInt(0);
        out.write(query, 12, end + 5 - 12);
        if (found) {
            out.writeShort(0xc00c); // the name of the question
            out.writeShort(TYPE_A);
            out.writeShort(1);
            out.writeInt(60);
            out.writeShort(4);
            out.write(new byte[] {127, 0, 0, 1});
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
