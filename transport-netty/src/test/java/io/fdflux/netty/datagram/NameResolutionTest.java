package io.fdflux.netty.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Netty's name resolver on these channels, with a small server; answers that do not fit a datagram come by TCP. */
@OnEveryPoller
class NameResolutionTest {

    private static final int HEADER = 12;
    private static final int TRUNCATED = 0x02;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private DatagramSocket datagrams;
    private ServerSocket streams;
    private DnsNameResolver resolver;

    @BeforeEach
    void serve() throws IOException {
        bindBothToOnePort();
        Thread.ofPlatform().daemon().start(this::answerDatagrams);
        Thread.ofPlatform().daemon().start(this::answerStreams);
        resolver = new DnsNameResolverBuilder(loops.next())
                .datagramChannelType(FdDatagramChannel.class)
                .socketChannelType(FdSocketChannel.class)
                .resolvedAddressTypes(ResolvedAddressTypes.IPV4_ONLY)
                .nameServerProvider(new SingletonDnsServerAddressStreamProvider(
                        (InetSocketAddress) datagrams.getLocalSocketAddress()))
                .build();
    }

    private void bindBothToOnePort() throws IOException {
        for (int tries = 100; datagrams == null; tries--) {
            streams = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            try {
                datagrams = new DatagramSocket(streams.getLocalSocketAddress());
            } catch (BindException taken) {
                streams.close();
                if (tries == 0) {
                    throw taken;
                }
            }
        }
    }

    @AfterEach
    void close() throws IOException {
        resolver.close();
        datagrams.close();
        streams.close();
    }

    private void answerDatagrams() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                datagrams.receive(packet);
                byte[] query = Arrays.copyOf(packet.getData(), packet.getLength());
                boolean big = query[HEADER + 1] == 'b';
                byte[] answer = big ? reply(query, TRUNCATED, 0) : reply(query, 0, 7);
                datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void answerStreams() {
        while (true) {
            try (Socket socket = streams.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                byte[] answer = reply(in.readNBytes(in.readUnsignedShort()), 0, 9);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.writeShort(answer.length);
                out.write(answer);
                out.flush();
                in.readAllBytes();
            } catch (IOException e) {
                if (streams.isClosed()) {
                    return;
                }
            }
        }
    }

    /** Builds an answer with the address 192.0.2.n; without one if n is 0. */
    private static byte[] reply(byte[] query, int flags, int n) {
        int end = HEADER;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        end += 5; // the root, type and class
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(query, 0, 2);
        out.writeBytes(new byte[] {(byte) (0x81 | flags), (byte) 0x80, 0, 1, 0, (byte) (n == 0 ? 0 : 1), 0, 0, 0, 0});
        out.write(query, HEADER, end - HEADER);
        if (n != 0) {
            out.writeBytes(new byte[] {(byte) 0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, (byte) 192, 0, 2, (byte) n});
        }
        return out.toByteArray();
    }

    @Test
    void namesAreResolved() throws Exception {
        for (int i = 0; i < 100; i++) {
            InetAddress address =
                    resolver.resolve("host" + i + ".test.example").sync().getNow();
            assertThat(address.getHostAddress()).isEqualTo("192.0.2.7");
        }
    }

    @Test
    void whatDoesNotFitIsAskedForByTcp() throws Exception {
        for (int i = 0; i < 20; i++) {
            InetAddress address =
                    resolver.resolve("big" + i + ".test.example").sync().getNow();
            assertThat(address.getHostAddress()).isEqualTo("192.0.2.9");
        }
    }
}
