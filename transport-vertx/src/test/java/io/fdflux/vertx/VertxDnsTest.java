package io.fdflux.vertx;

import static io.fdflux.vertx.VertxInstance.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.OnEveryPoller;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.dns.DnsClient;
import io.vertx.core.dns.DnsClientOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Names, asked for by Vert.x over UDP on the loops. */
@OnEveryPoller
class VertxDnsTest {

    private final NameServer names = new NameServer();

    @RegisterExtension
    final VertxInstance vertx = new VertxInstance(
            new AddressResolverOptions().addServer("127.0.0.1:" + names.port()).setSearchDomains(List.of()));

    @AfterEach
    void stop() {
        names.close();
    }

    @Test
    void theDnsClientAsks() {
        DnsClient client = vertx.vertx.createDnsClient(
                new DnsClientOptions().setHost("127.0.0.1").setPort(names.port()));
        assertThat(get(client.lookup4("backend.test"))).isEqualTo("127.0.0.1");
        assertThat(names.asked).hasPositiveValue();
        assertThat(vertx.count(Counter.BYTES_READ)).isPositive();
    }

    @Test
    void clientsConnectByName() {
        NetServer server =
                get(vertx.vertx.createNetServer().connectHandler(socket -> {}).listen(0, "127.0.0.1"));
        NetClient clients = vertx.vertx.createNetClient();
        NetSocket client = get(clients.connect(server.actualPort(), "backend.test"));
        assertThat(client.remoteAddress().hostAddress()).isEqualTo("127.0.0.1");
        assertThat(names.asked).hasPositiveValue();
        get(clients.close());
    }

    /** Answers each question for an address with 127.0.0.1, and every other one with nothing (RFC 1035, section 4). */
    private static final class NameServer implements AutoCloseable {
        private static final int HEADER = 12;
        private static final byte[] ANSWER = {
            (byte) 0xc0,
            HEADER, // the name of the question
            0,
            1,
            0,
            1, // A, IN
            0,
            0,
            0,
            60, // seconds
            0,
            4,
            127,
            0,
            0,
            1
        };

        final AtomicInteger asked = new AtomicInteger();
        private final DatagramSocket socket;

        NameServer() {
            try {
                socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            Thread.ofPlatform().daemon().start(this::serve);
        }

        int port() {
            return socket.getLocalPort();
        }

        private void serve() {
            byte[] bytes = new byte[512];
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                    socket.receive(packet);
                    asked.incrementAndGet();
                    byte[] answer = answer(Arrays.copyOf(bytes, packet.getLength()));
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed
            }
        }

        private static byte[] answer(byte[] query) {
            int end = HEADER;
            while (query[end] != 0) {
                end += query[end] + 1;
            }
            boolean address = query[end + 2] == 1;
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.write(query, 0, 2); // id
            answer.writeBytes(new byte[] {(byte) 0x81, (byte) 0x80, 0, 1, 0, (byte) (address ? 1 : 0), 0, 0, 0, 0});
            answer.write(query, HEADER, end + 5 - HEADER);
            if (address) {
                answer.writeBytes(ANSWER);
            }
            return answer.toByteArray();
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
