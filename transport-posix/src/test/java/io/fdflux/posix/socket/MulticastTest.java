package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/**
 * Tests membership over the loopback. To show that a datagram does not arrive, a test sends a second one to the
 * socket's own address and receives that first.
 */
class MulticastTest {

    private static final int LIMIT_MILLIS = 10_000;

    private final SocketAddressBuffer address = new SocketAddressBuffer();
    private final InetAddress group = ip("239.255.7.1");
    private NetworkInterface loopback;

    private Descriptor receiver;
    private Descriptor sender;

    @BeforeEach
    void open() throws IOException {
        loopback = NetworkInterface.getByInetAddress(ip("127.0.0.1"));
        sender = Sockets.udp(false);
        Sockets.bind(sender.number(), new InetSocketAddress("127.0.0.1", 0), false);
        MulticastSending.setInterface(sender.number(), false, loopback);
        MulticastSending.setHops(sender.number(), false, 0);
    }

    @AfterEach
    void close() throws IOException {
        receiver.close();
        sender.close();
    }

    private void receiver(boolean ipv6) throws IOException {
        receiver = Sockets.udp(ipv6);
        Sockets.bind(receiver.number(), new InetSocketAddress(0), ipv6);
        MulticastSending.ownGroupsOnly(receiver.number(), ipv6);
    }

    private static InetAddress ip(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    private void send(InetAddress to, int length) {
        int port = Sockets.localAddress(receiver.number()).getPort();
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(length).address();
            assertThat(Datagrams.send(sender.number(), memory, length, address, new InetSocketAddress(to, port), false))
                    .isEqualTo(length);
        }
    }

    /** The length of the next datagram, which identifies it. */
    private int received() {
        long deadline = System.nanoTime() + LIMIT_MILLIS * 1_000_000L;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(1000);
            int n;
            do {
                n = Datagrams.receiveFrom(receiver.number(), memory.address(), 1000, address);
                if (n != -Errno.EAGAIN) {
                    return n;
                }
                Thread.yield();
            } while (System.nanoTime() < deadline);
            return n;
        }
    }

    private void assertMember(boolean member) {
        send(group, 7);
        send(ip("127.0.0.1"), 9);
        if (member) {
            assertThat(received()).isEqualTo(7);
        }
        assertThat(received()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMemberReceivesUntilItLeaves(boolean ipv6) throws Exception {
        receiver(ipv6);
        assertMember(false);
        Multicast.join(receiver.number(), ipv6, group, loopback, null);
        assertMember(true);
        Multicast.leave(receiver.number(), ipv6, group, loopback, null);
        assertMember(false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOlderRequestsDoTheSame(boolean ipv6) throws Exception {
        receiver(ipv6);
        Multicast.Call call = new Multicast.Call(receiver.number(), ipv6, group, loopback, null);
        Multicast.older(Multicast.Request.JOIN, call);
        assertMember(true);
        Multicast.older(Multicast.Request.LEAVE, call);
        assertMember(false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theSystemChoosesAnInterface(boolean older) throws Exception {
        receiver(false);
        Multicast.Call call = new Multicast.Call(receiver.number(), false, group, null, null);
        try {
            if (older) {
                Multicast.older(Multicast.Request.JOIN, call);
            } else {
                Multicast.join(receiver.number(), false, group, null, null);
            }
        } catch (PosixException e) { // this machine has no multicast route
            assertThat(e)
                    .hasMessageContaining("an interface of the system's choice")
                    .hasMessageContaining("ENODEV");
            return;
        }
        Multicast.leave(receiver.number(), false, group, null, null);
    }

    @Test
    void theOlderRequestsKnowNoSources() throws Exception {
        receiver(false);
        Multicast.Call call = new Multicast.Call(receiver.number(), false, group, loopback, ip("127.0.0.1"));
        assertThatThrownBy(() -> Multicast.older(Multicast.Request.JOIN, call))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("MCAST_JOIN_SOURCE_GROUP");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sourcesAreChosen(boolean ipv6) throws Exception {
        assumeTrue(Multicast.sourcesAvailable(), "this system cannot select sources");
        receiver(ipv6);
        Multicast.join(receiver.number(), ipv6, group, loopback, ip("127.0.0.2"));
        assertMember(false);
        Multicast.join(receiver.number(), ipv6, group, loopback, ip("127.0.0.1"));
        assertMember(true);
        Multicast.leave(receiver.number(), ipv6, group, loopback, ip("127.0.0.1"));
        assertMember(false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sourcesAreBlocked(boolean ipv6) throws Exception {
        assumeTrue(Multicast.sourcesAvailable(), "this system cannot select sources");
        receiver(ipv6);
        Multicast.join(receiver.number(), ipv6, group, loopback, null);
        Multicast.block(receiver.number(), ipv6, group, loopback, ip("127.0.0.2"));
        assertMember(true);
        Multicast.block(receiver.number(), ipv6, group, loopback, ip("127.0.0.1"));
        assertMember(false);
        Multicast.unblock(receiver.number(), ipv6, group, loopback, ip("127.0.0.1"));
        assertMember(true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGroupOfIpv6IsJoined(boolean older) throws Exception {
        NetworkInterface on =
                ipv6Multicast().orElseThrow(() -> new TestAbortedException("no interface has IPv6 multicast"));
        sender.close();
        sender = Sockets.udp(true);
        MulticastSending.setInterface(sender.number(), true, on);
        MulticastSending.setHops(sender.number(), true, 0);
        receiver(true);
        // ff01 is interface-local, so no datagram leaves the machine.
        InetAddress ipv6Group = ip("ff01::7:1");
        Multicast.Call call = new Multicast.Call(receiver.number(), true, ipv6Group, on, null);
        if (older) {
            Multicast.older(Multicast.Request.JOIN, call);
        } else {
            Multicast.join(receiver.number(), true, ipv6Group, on, null);
        }
        sendIpv6(ipv6Group, on, 5);
        assertThat(received()).isEqualTo(5);
        if (older) {
            Multicast.older(Multicast.Request.LEAVE, call);
        } else {
            Multicast.leave(receiver.number(), true, ipv6Group, on, null);
        }
        sendIpv6(ipv6Group, on, 6);
        sendIpv6(ip("::1"), on, 8);
        assertThat(received()).isEqualTo(8);
    }

    private void sendIpv6(InetAddress to, NetworkInterface on, int length) throws IOException {
        InetAddress scoped =
                to.isMulticastAddress() ? Inet6Address.getByAddress(null, to.getAddress(), on.getIndex()) : to;
        int port = Sockets.localAddress(receiver.number()).getPort();
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Datagrams.send(
                            sender.number(),
                            arena.allocate(length).address(),
                            length,
                            address,
                            new InetSocketAddress(scoped, port),
                            true))
                    .isEqualTo(length);
        }
    }

    private static Optional<NetworkInterface> ipv6Multicast() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .filter(i -> {
                    try {
                        return i.isUp()
                                && i.supportsMulticast()
                                && i.inetAddresses().anyMatch(Inet6Address.class::isInstance);
                    } catch (SocketException e) {
                        return false;
                    }
                })
                .findFirst();
    }

    @Test
    void refusalsSayWhy() throws Exception {
        receiver(false);
        int fd = receiver.number();
        Multicast.join(fd, false, group, loopback, null);
        assertThatThrownBy(() -> Multicast.join(fd, false, group, loopback, null))
                .isInstanceOf(PosixException.class)
                .hasMessageContaining("EADDRINUSE")
                .hasMessageContaining("239.255.7.1 on lo")
                .hasMessageContaining("a member already");
        assertThatThrownBy(() -> Multicast.leave(fd, false, ip("239.255.7.2"), loopback, null))
                .isInstanceOf(PosixException.class)
                .hasMessageContaining("not a member");
        assertThatThrownBy(() -> Multicast.join(fd, false, ip("127.0.0.1"), loopback, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a multicast address");
        assertThatThrownBy(() -> Multicast.join(fd, false, ip("ff02::1"), loopback, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("make it for IPv6");
        assertThatThrownBy(() -> Multicast.join(fd, false, group, loopback, ip("::1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("different families");
        assertThatThrownBy(() -> Multicast.block(fd, false, group, loopback, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendingOptionsAreSet(boolean ipv6) throws Exception {
        receiver(ipv6);
        int fd = receiver.number();
        assertThat(MulticastSending.getInterface(fd, ipv6)).isNull();
        MulticastSending.setInterface(fd, ipv6, loopback);
        assertThat(MulticastSending.getInterface(fd, ipv6)).isEqualTo(loopback);
        assertThat(MulticastSending.hops(fd, ipv6)).isEqualTo(1);
        for (int hops : new int[] {0, 7, 255}) {
            MulticastSending.setHops(fd, ipv6, hops);
            assertThat(MulticastSending.hops(fd, ipv6)).isEqualTo(hops);
        }
        for (int hops : new int[] {-1, 256}) {
            assertThatThrownBy(() -> MulticastSending.setHops(fd, ipv6, hops))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0 to 255");
        }
        assertThat(MulticastSending.loopback(fd, ipv6)).isTrue();
        MulticastSending.setLoopback(fd, ipv6, false);
        assertThat(MulticastSending.loopback(fd, ipv6)).isFalse();
    }

    @Test
    void aSocketOfBothFamiliesSetsBoth() throws Exception {
        assumeTrue(
                Platform.current().os() == Platform.Os.LINUX,
                "only Linux has both families' settings on an IPv6 socket");
        receiver(true);
        MulticastSending.setHops(receiver.number(), true, 9);
        MulticastSending.setInterface(receiver.number(), true, loopback);
        assertThat(MulticastSending.hops(receiver.number(), false)).isEqualTo(9);
        assertThat(MulticastSending.getInterface(receiver.number(), false)).isEqualTo(loopback);
    }
}
