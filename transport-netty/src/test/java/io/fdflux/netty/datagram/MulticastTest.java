package io.fdflux.netty.datagram;

import static io.fdflux.netty.datagram.Udp.ip;
import static io.fdflux.netty.datagram.Udp.packet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.Multicast;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Groups over the loopback. To prove that a datagram does not come, another one is sent directly to the channel and
 * must come next.
 */
@OnEveryPoller
class MulticastTest {

    private static final String SOURCE = "127.0.0.1";

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Mailbox inbox = new Mailbox();
    private final InetAddress group = ip("239.255.9.1");
    private NetworkInterface loopback;
    private FdDatagramChannel channel;
    private FdDatagramChannel sender;

    @BeforeEach
    void bind() throws Exception {
        loopback = NetworkInterface.getByInetAddress(ip(SOURCE));
        sender = (FdDatagramChannel) Udp.bootstrap(loops, SocketProtocolFamily.INET, new Mailbox())
                .option(ChannelOption.IP_MULTICAST_IF, loopback)
                .option(ChannelOption.IP_MULTICAST_TTL, 0)
                .bind(new InetSocketAddress(SOURCE, 0))
                .sync()
                .channel();
    }

    private void bind(SocketProtocolFamily family) throws InterruptedException {
        assumeTrue(
                family == SocketProtocolFamily.INET || Platform.current().os() == Platform.Os.LINUX,
                "an IPv6 socket joins IPv4 groups on Linux");
        channel = (FdDatagramChannel) Udp.bootstrap(loops, family, inbox)
                .bind(new InetSocketAddress(0))
                .sync()
                .channel();
    }

    private InetSocketAddress groupAddress() {
        return new InetSocketAddress(group, channel.localAddress().getPort());
    }

    private void assertMember(boolean member) throws InterruptedException {
        sender.writeAndFlush(packet(7, groupAddress())).sync();
        sender.writeAndFlush(packet(
                        9, new InetSocketAddress(SOURCE, channel.localAddress().getPort())))
                .sync();
        if (member) {
            assertThat(inbox.nextLength()).isEqualTo(7);
        }
        assertThat(inbox.nextLength()).isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource(names = {"INET", "INET6"})
    void aMemberReceivesUntilItLeaves(SocketProtocolFamily family) throws Exception {
        bind(family);
        assertMember(false);
        channel.joinGroup(groupAddress(), loopback).sync();
        assertMember(true);
        channel.leaveGroup(groupAddress(), loopback).sync();
        assertMember(false);
        channel.joinGroup(group, loopback, null).sync();
        assertMember(true);
        channel.leaveGroup(group, loopback, null).sync();
        assertMember(false);
    }

    @ParameterizedTest
    @EnumSource(names = {"INET", "INET6"})
    void theUsualInterfaceIsThatOfTheOption(SocketProtocolFamily family) throws Exception {
        bind(family);
        channel.config().setNetworkInterface(loopback);
        channel.joinGroup(group).sync();
        assertMember(true);
        if (Multicast.sourcesAvailable()) {
            channel.block(group, ip(SOURCE)).sync();
            assertMember(false);
        }
        channel.leaveGroup(group).sync();
        assertMember(false);
    }

    @Test
    void orThatOfTheLocalAddress() throws Exception {
        FdDatagramChannel bound = (FdDatagramChannel) Udp.bootstrap(loops, SocketProtocolFamily.INET, new Mailbox())
                .bind(new InetSocketAddress(SOURCE, 0))
                .sync()
                .channel();
        bound.joinGroup(group).sync();
        assertThat(bound.joinGroup(group, loopback, null).await().cause()).hasMessageContaining("a member already");
        bound.leaveGroup(group).sync();
    }

    @ParameterizedTest
    @EnumSource(names = {"INET", "INET6"})
    void sourcesAreChosenAndBlocked(SocketProtocolFamily family) throws Exception {
        assumeTrue(Multicast.sourcesAvailable(), "this system cannot choose sources");
        bind(family);
        channel.joinGroup(group, loopback, ip("127.0.0.2")).sync();
        assertMember(false);
        channel.joinGroup(group, loopback, ip(SOURCE)).sync();
        assertMember(true);
        channel.leaveGroup(group, loopback, ip(SOURCE)).sync();
        assertMember(false);
        channel.leaveGroup(group, loopback, ip("127.0.0.2")).sync();
        channel.joinGroup(group, loopback, null).sync();
        assertMember(true);
        channel.block(group, loopback, ip(SOURCE)).sync();
        assertMember(false);
    }

    @Test
    void groupsOfOthersAreNotReceivedUnlessAsked() throws Exception {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX, "Linux has this choice");
        bind(SocketProtocolFamily.INET);
        FdDatagramChannel member = (FdDatagramChannel) Udp.bootstrap(loops, new Mailbox())
                .bind(new InetSocketAddress(0))
                .sync()
                .channel();
        member.joinGroup(group, loopback, null).sync();
        assertMember(false);
        channel.config().setOption(FdChannelOption.IP_MULTICAST_ALL, true);
        assertMember(true);
    }

    @Test
    void groupsOfIpv6() throws Exception {
        NetworkInterface on = ipv6Multicast().orElse(null);
        assumeTrue(on != null, "no interface here has IPv6 multicast (the loopback may lack the flag)");
        InetAddress ipv6Group = ip("ff01::9:1"); // interface-local scope: no datagram leaves the machine
        FdDatagramChannel from = (FdDatagramChannel) Udp.bootstrap(loops, SocketProtocolFamily.INET6, new Mailbox())
                .option(ChannelOption.IP_MULTICAST_IF, on)
                .bind(new InetSocketAddress(ip("::"), 0))
                .sync()
                .channel();
        channel = (FdDatagramChannel) Udp.bootstrap(loops, SocketProtocolFamily.INET6, inbox)
                .bind(new InetSocketAddress(ip("::"), 0))
                .sync()
                .channel();
        int port = channel.localAddress().getPort();
        InetSocketAddress to =
                new InetSocketAddress(Inet6Address.getByAddress(null, ipv6Group.getAddress(), on.getIndex()), port);
        channel.joinGroup(ipv6Group, on, null).sync();
        from.writeAndFlush(packet(4, to)).sync();
        assertThat(inbox.nextLength()).isEqualTo(4);
        channel.leaveGroup(ipv6Group, on, null).sync();
        from.writeAndFlush(packet(5, to)).sync();
        from.writeAndFlush(packet(6, new InetSocketAddress("::1", port))).sync();
        assertThat(inbox.nextLength()).isEqualTo(6);
    }

    private static Optional<NetworkInterface> ipv6Multicast() throws SocketException {
        for (NetworkInterface on : NetworkInterface.networkInterfaces().toList()) {
            if (on.isUp() && on.supportsMulticast() && on.inetAddresses().anyMatch(Inet6Address.class::isInstance)) {
                return Optional.of(on);
            }
        }
        return Optional.empty();
    }

    @Test
    void whatIsSentMayBypassThisMachine() throws Exception {
        bind(SocketProtocolFamily.INET);
        channel.joinGroup(group, loopback, null).sync();
        sender.config().setLoopbackModeDisabled(true);
        assertThat(sender.config().isLoopbackModeDisabled()).isTrue();
        sender.config().setLoopbackModeDisabled(false);
        assertMember(true);
    }

    @ParameterizedTest
    @EnumSource(names = {"INET", "INET6"})
    void optionsAreThoseOfNetty(SocketProtocolFamily family) throws Exception {
        bind(family);
        DatagramChannelConfig config = channel.config();
        assertThat(config.getOption(ChannelOption.IP_MULTICAST_IF)).isNull();
        assertThat(config.getOption(ChannelOption.IP_MULTICAST_ADDR)).isNull();
        assertThat(config.getOption(ChannelOption.IP_MULTICAST_TTL)).isEqualTo(1);
        assertThat(config.getOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED)).isFalse();
        config.setOption(ChannelOption.IP_MULTICAST_ADDR, ip(SOURCE));
        config.setOption(ChannelOption.IP_MULTICAST_TTL, 200);
        config.setOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED, true);
        assertThat(config.getOptions())
                .containsEntry(ChannelOption.IP_MULTICAST_IF, loopback)
                .containsEntry(ChannelOption.IP_MULTICAST_TTL, 200)
                .containsEntry(ChannelOption.IP_MULTICAST_LOOP_DISABLED, true);
        assertThatThrownBy(() -> config.setOption(ChannelOption.IP_MULTICAST_TTL, 256))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config.setInterface(ip("198.51.100.9")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no interface");
    }

    @Test
    void whatCannotBeIsSaid() throws Exception {
        bind(SocketProtocolFamily.INET);
        assertThat(channel.joinGroup(ip(SOURCE), loopback, null).await().cause())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a multicast address");
        assertThat(channel.joinGroup(ip("ff01::1"), loopback, null).await().cause())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(channel.leaveGroup(group, loopback, null).await().cause()).hasMessageContaining("not a member");
        assertThat(channel.joinGroup(InetSocketAddress.createUnresolved("no.such.host.invalid", 1), loopback)
                        .await()
                        .cause())
                .isInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> channel.joinGroup(group, null, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> channel.block(group, loopback, null)).isInstanceOf(NullPointerException.class);
        channel.close().sync();
        assertThat(channel.joinGroup(group, loopback, null).await().cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(channel.joinGroup(group).await().cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(channel.leaveGroup(group).await().cause()).isInstanceOf(ClosedChannelException.class);
    }
}
