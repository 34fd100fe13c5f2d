package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Flags;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SocketsTest {

    private static InetSocketAddress at(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    private static Descriptor listener(boolean ipv6, String host) throws IOException {
        Descriptor listener = Sockets.tcp(ipv6);
        Sockets.bind(listener.number(), at(host, 0), ipv6);
        Sockets.listen(listener.number(), 16);
        return listener;
    }

    private static Descriptor accept(Descriptor listener, SocketAddressBuffer peer) {
        int accepted = Sockets.accept(listener.number(), peer);
        while (accepted == -Errno.EAGAIN) {
            Thread.onSpinWait();
            accepted = Sockets.accept(listener.number(), peer);
        }
        assertThat(accepted).isNotNegative();
        return Descriptor.of(accepted);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connectsAcceptsAndReturnsAddresses(boolean ipv6) throws IOException {
        try (Descriptor listener = listener(ipv6, "127.0.0.1");
                Descriptor client = Sockets.tcp(ipv6)) {
            InetSocketAddress address = Sockets.localAddress(listener.number());
            assertThat(address.getPort()).isPositive();
            assertThat(Sockets.connect(client.number(), at("127.0.0.1", address.getPort()), ipv6))
                    .isIn(0, -Errno.EINPROGRESS);
            SocketAddressBuffer peer = new SocketAddressBuffer();
            try (Descriptor accepted = accept(listener, peer)) {
                assertThat(peer.decode()).isEqualTo(Sockets.localAddress(client.number()));
                assertThat(Sockets.remoteAddress(accepted.number())).isEqualTo(peer.decode());
                assertThat(Sockets.remoteAddress(client.number())).isEqualTo(Sockets.localAddress(accepted.number()));
            }
        }
    }

    @Test
    void everySocketIsNonBlockingAndClosedOnExec() throws IOException {
        try (Descriptor listener = listener(false, "127.0.0.1");
                Descriptor client = Sockets.tcp(false);
                Descriptor udp = Sockets.udp(false)) {
            Sockets.connect(client.number(), Sockets.localAddress(listener.number()), false);
            try (Descriptor accepted = accept(listener, new SocketAddressBuffer())) {
                for (Descriptor socket : new Descriptor[] {listener, client, udp, accepted}) {
                    assertThat(Flags.closedOnExec(socket.number())).isTrue();
                    assertThat(Flags.nonBlocking(socket.number())).isTrue();
                }
            }
        }
    }

    @Test
    void nothingToAcceptIsEagain() throws IOException {
        try (Descriptor listener = listener(false, "127.0.0.1")) {
            assertThat(Sockets.accept(listener.number(), new SocketAddressBuffer()))
                    .isEqualTo(-Errno.EAGAIN);
        }
    }

    @Test
    void portInUseHasAHint() throws IOException {
        try (Descriptor listener = listener(false, "127.0.0.1");
                Descriptor second = Sockets.tcp(false)) {
            InetSocketAddress taken = Sockets.localAddress(listener.number());
            assertThatThrownBy(() -> Sockets.bind(second.number(), taken, false))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("bind(" + taken + ")")
                    .hasMessageContaining("EADDRINUSE")
                    .hasMessageContaining("choose another port");
        }
    }

    @Test
    void addressNotLocalHasAHint() throws IOException {
        try (Descriptor socket = Sockets.tcp(false)) {
            InetSocketAddress foreign = at("192.0.2.1", 0);
            assertThatThrownBy(() -> Sockets.bind(socket.number(), foreign, false))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("192.0.2.1")
                    .hasMessageContaining("EADDRNOTAVAIL")
                    .hasMessageContaining("address of this machine");
        }
    }

    @Test
    void onlyStreamSocketsOfTheInternetAreStreams() throws IOException {
        try (Descriptor tcp = Sockets.tcp(false);
                Descriptor udp = Sockets.udp(false);
                Pipes.Pair pipe = Pipes.pipe();
                Pipes.Pair unix = Pipes.socketPair()) {
            assertThat(Sockets.isStream(tcp.number())).isTrue();
            assertThat(Sockets.isStream(unix.first().number())).isFalse();
            assertThat(Sockets.isStream(udp.number())).isFalse();
            assertThat(Sockets.isStream(pipe.first().number())).isFalse();
        }
        assertThat(Sockets.isStream(99_999)).isFalse();
    }

    @Test
    void shutDownOutputIsTheEndForThePeer() throws IOException {
        try (Pipes.Pair pair = Pipes.socketPair()) {
            assertThat(Sockets.shutdownOutput(pair.first().number())).isZero();
            assertThat(Io.read(pair.second().number(), Memory.of(4).address(), 4))
                    .isZero();
            assertThat(Io.write(pair.second().number(), Memory.of("a").address(), 1))
                    .isOne();
        }
    }

    @Test
    void addressesOfAnUnboundSocket() throws IOException {
        try (Descriptor socket = Sockets.tcp(false)) {
            assertThat(Sockets.remoteAddress(socket.number())).isNull();
        }
        assertThat(Sockets.localAddress(99_999)).isNull();
    }
}
