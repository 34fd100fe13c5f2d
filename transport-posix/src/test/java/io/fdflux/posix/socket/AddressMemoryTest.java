package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that calls with addresses allocate no automatic arenas. The JDK counts their memory as direct buffers. */
class AddressMemoryTest {

    private static final int CALLS = 500;
    /** Allowance for other threads of this JVM. */
    private static final int OTHERS = 20;

    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private interface Call {
        void make() throws IOException;
    }

    private Descriptor listener;
    private Descriptor client;
    private Pipes.Pair pair;

    @TempDir
    Path folder;

    @BeforeEach
    void open() throws IOException {
        listener = Sockets.tcp(false);
        Sockets.bind(listener.number(), ANY, false);
        Sockets.listen(listener.number(), 10);
        client = Sockets.tcp(false);
        Sockets.connect(client.number(), Sockets.localAddress(listener.number()), false);
        pair = Pipes.socketPair();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        listener.close();
        pair.close();
    }

    private static long automatic() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow()
                .getCount();
    }

    private static void assertLeavesNothing(String what, Call call) throws IOException {
        call.make(); // allocates the state that threads keep
        long before = automatic();
        for (int i = 0; i < CALLS; i++) {
            call.make();
        }
        assertThat(automatic() - before).as(what).isLessThan(OTHERS);
    }

    @Test
    void theCountSeesAutomaticArenas() {
        long before = automatic();
        SocketAddressBuffer[] kept = new SocketAddressBuffer[CALLS];
        for (int i = 0; i < CALLS; i++) {
            kept[i] = new SocketAddressBuffer();
        }
        assertThat(automatic() - before).isGreaterThan(CALLS);
        assertThat(kept[0].decode()).isNull();
    }

    @Test
    void addressesOfSockets() throws IOException {
        int fd = client.number();
        assertLeavesNothing("localAddress", () -> Sockets.localAddress(fd));
        assertLeavesNothing("remoteAddress", () -> Sockets.remoteAddress(fd));
        assertLeavesNothing("isStream", () -> Sockets.isStream(fd));
        assertLeavesNothing(
                "localPath", () -> UnixSockets.localPath(pair.first().number()));
        assertLeavesNothing(
                "remotePath", () -> UnixSockets.remotePath(pair.first().number()));
    }

    @Test
    void bindAndConnect() throws IOException {
        InetSocketAddress address = Sockets.localAddress(listener.number());
        assertLeavesNothing("connect", () -> Sockets.connect(client.number(), address, false));
        assertLeavesNothing("bind", () -> {
            try (Descriptor socket = Sockets.udp(false)) {
                Sockets.bind(socket.number(), ANY, false);
                Datagrams.disconnect(socket.number());
            }
        });
        assertLeavesNothing("bind and connect of paths", () -> {
            Path path = folder.resolve("s");
            try (Descriptor socket = UnixSockets.datagram()) {
                UnixSockets.bind(socket.number(), path.toString());
                UnixSockets.connect(socket.number(), path.toString());
            }
            path.toFile().delete();
        });
    }

    @Test
    void optionsAndCredentials() throws IOException {
        int fd = client.number();
        assertLeavesNothing("get", () -> SocketOptionCalls.get(fd, SocketOption.SNDBUF));
        assertLeavesNothing("set", () -> SocketOptionCalls.set(fd, SocketOption.KEEPALIVE, 1));
        assertLeavesNothing("linger", () -> SocketOptionCalls.linger(fd));
        assertLeavesNothing(
                "credentials", () -> PeerCredentialsCalls.of(pair.first().number()));
        assertLeavesNothing("adoption", () -> AdoptedSockets.internet(client, true));
        assertLeavesNothing("adoption of the Unix domain", () -> AdoptedSockets.unix(pair.first(), true));
        if (TcpInfoCalls.isAvailable()) {
            assertLeavesNothing("TCP_INFO", () -> TcpInfoCalls.of(fd));
        }
        if (TcpOptions.hasSignatureKeys()) {
            InetAddress peer = InetAddress.getLoopbackAddress();
            assertLeavesNothing("TCP_MD5SIG", () -> TcpOptions.setSignatureKey(fd, peer, new byte[1], false));
        }
    }
}
