package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.inet.FamilyChoice;
import io.fdflux.posix.socket.MulticastSending;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** UDP sockets whose family follows the address, as on NetBSD and OpenBSD. */
@OnEveryPoller
@EnabledOnOs({OS.LINUX, OS.FREEBSD, OS.OPENBSD})
class FollowingDatagramsTest {

    private static final InetAddress IPV4 = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress IPV6 = InetAddress.ofLiteral("::1");
    private static final InetAddress ANY4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ANY6 = InetAddress.ofLiteral("::");

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final List<InetSocketAddress> senders = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    static Stream<Arguments> choicesAndAddresses() {
        return FollowingStreamsTest.choicesAndAddresses();
    }

    private static InetAddress other(InetAddress address) {
        return address.equals(IPV4) ? IPV6 : IPV4;
    }

    private Bootstrap bootstrap(FamilyChoice choice) {
        return new Bootstrap()
                .group(loops.group())
                .channelFactory(() -> new FdDatagramChannel(choice))
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                        senders.add(packet.sender());
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        failures.add(cause);
                    }
                });
    }

    /** Returns an active and reading channel that is not bound, as Netty's name resolver uses it. */
    @SuppressWarnings("deprecation") // nothing replaces it
    private FdDatagramChannel registered(FamilyChoice choice) {
        return (FdDatagramChannel) bootstrap(choice)
                .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true)
                .register()
                .syncUninterruptibly()
                .channel();
    }

    private FdDatagramChannel bound(FamilyChoice choice, InetAddress address) {
        return (FdDatagramChannel) bootstrap(choice)
                .bind(new InetSocketAddress(address, 0))
                .syncUninterruptibly()
                .channel();
    }

    private static void assertFamily(FdDatagramChannel channel, InetAddress address) throws IOException {
        assertThat(FollowingStreamsTest.isIpv6(channel, false)).as("IPv6").isEqualTo(address instanceof Inet6Address);
    }

    private static ByteBuf bytes() {
        return Digest.direct(new byte[7]);
    }

    private static DatagramPacket packet(DatagramSocket to) {
        return new DatagramPacket(bytes(), (InetSocketAddress) to.getLocalSocketAddress());
    }

    private static DatagramSocket plain(InetAddress address) throws IOException {
        return new DatagramSocket(0, address);
    }

    private void answered(DatagramSocket peer) throws IOException {
        int before = senders.size();
        java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[10], 10);
        peer.receive(packet);
        assertThat(packet.getLength()).isEqualTo(7);
        peer.send(new java.net.DatagramPacket(new byte[3], 3, packet.getSocketAddress()));
        await().until(() -> senders.size() == before + 1);
        assertThat(senders.getLast()).isEqualTo(peer.getLocalSocketAddress());
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void anAddressBindsItsFamily(FamilyChoice choice, InetAddress address) throws Exception {
        FdDatagramChannel channel = bound(choice, address);
        assertFamily(channel, address);
        try (DatagramSocket peer = plain(address)) {
            channel.writeAndFlush(packet(peer)).sync();
            answered(peer);
        }
        channel.close().sync();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void aConnectTakesTheFamilyOfThePeer(FamilyChoice choice, InetAddress address) throws Exception {
        try (DatagramSocket peer = plain(address)) {
            for (InetAddress local : List.of(ANY4, ANY6, address)) {
                FdDatagramChannel channel = (FdDatagramChannel) bootstrap(choice)
                        .connect(peer.getLocalSocketAddress(), new InetSocketAddress(local, 0))
                        .sync()
                        .channel();
                assertFamily(channel, address);
                channel.writeAndFlush(bytes()).sync();
                answered(peer);
                channel.close().sync();
            }
        }
    }

    /** The poller has the first socket by then; the second one serves the pending read. */
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void aReadThatWaitsIsAnsweredByTheNewSocket(FamilyChoice choice, InetAddress address) throws Exception {
        try (DatagramSocket peer = plain(address)) {
            for (boolean shared : new boolean[] {false, true}) {
                FdDatagramChannel channel = registered(choice);
                int descriptors = NothingLeaks.descriptors();
                loops.turn();
                if (shared) {
                    channel.fd();
                }
                channel.connect(peer.getLocalSocketAddress()).sync();
                channel.writeAndFlush(bytes()).sync();
                answered(peer);
                assertFamily(channel, address);
                if (descriptors > 0) {
                    assertThat(NothingLeaks.descriptors()).isEqualTo(descriptors);
                }
                channel.close().sync();
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void afterADisconnectTheOtherFamilyMayBeConnected(FamilyChoice choice, InetAddress address) throws Exception {
        FdDatagramChannel channel = registered(choice);
        for (InetAddress next : List.of(address, other(address), address)) {
            try (DatagramSocket peer = plain(next)) {
                channel.connect(peer.getLocalSocketAddress()).sync();
                channel.writeAndFlush(bytes()).sync();
                answered(peer);
                assertFamily(channel, next);
                channel.disconnect().sync();
            }
        }
        channel.close().sync();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void theFirstDatagramDecidesWhereASocketServesOneFamily(String literal) throws Exception {
        InetAddress address = InetAddress.ofLiteral(literal);
        FdDatagramChannel channel = registered(FamilyChoice.BY_ADDRESS);
        channel.config().setTimeToLive(5);
        channel.config().setLoopbackModeDisabled(true);
        loops.turn();
        try (DatagramSocket peer = plain(address);
                DatagramSocket stranger = plain(other(address))) {
            ChannelFuture first = channel.write(packet(peer));
            ChannelFuture second = channel.write(packet(stranger));
            channel.flush();
            first.sync();
            answered(peer);
            assertThat(second.await().cause())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has been used for IPV")
                    .hasMessageContaining(stranger.getLocalSocketAddress().toString())
                    .hasMessageContaining("open another channel");
            channel.writeAndFlush(packet(peer)).sync();
            answered(peer);
        }
        assertFamily(channel, address);
        boolean ipv6 = address instanceof Inet6Address;
        assertThat(MulticastSending.hops(channel.fd().intValue(), ipv6)).isEqualTo(5);
        assertThat(MulticastSending.loopback(channel.fd().intValue(), ipv6)).isFalse();
        channel.close().sync();
    }

    @Test
    void aSocketThatServesBothSendsToBoth() throws Exception {
        FdDatagramChannel channel = registered(FamilyChoice.IPV4_APART);
        for (InetAddress address : List.of(IPV4, IPV6, IPV4)) {
            try (DatagramSocket peer = plain(address)) {
                channel.writeAndFlush(packet(peer)).sync();
                answered(peer);
                assertFamily(channel, IPV6);
            }
        }
        channel.close().sync();
    }

    @Test
    void aWildcardIsOfItsOwnFamilyWhereASocketServesOne() throws Exception {
        for (InetAddress any : List.of(ANY4, ANY6)) {
            InetAddress address = any.equals(ANY4) ? IPV4 : IPV6;
            FdDatagramChannel channel = bound(FamilyChoice.BY_ADDRESS, any);
            assertFamily(channel, address);
            try (DatagramSocket peer = plain(address);
                    DatagramSocket stranger = plain(other(address))) {
                channel.writeAndFlush(packet(peer)).sync();
                answered(peer);
                for (ChannelFuture refused : List.of(
                        channel.writeAndFlush(packet(stranger)).await(),
                        channel.connect(stranger.getLocalSocketAddress()).await())) {
                    assertThat(refused.cause())
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("is bound to");
                }
            }
            channel.close().sync();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void aWildcardServesBothWhereASocketCan(FamilyChoice choice, InetAddress address) throws Exception {
        FdDatagramChannel channel = bound(FamilyChoice.IPV4_APART, ANY4);
        assertFamily(channel, IPV6);
        try (DatagramSocket peer = plain(address)) {
            channel.writeAndFlush(packet(peer)).sync();
            answered(peer);
        }
        channel.close().sync();
    }

    @ParameterizedTest
    @ValueSource(strings = {"239.1.2.3", "ff12::1234"})
    void aGroupTakesItsFamily(String literal) throws Exception {
        InetAddress group = InetAddress.ofLiteral(literal);
        FdDatagramChannel channel = registered(FamilyChoice.BY_ADDRESS);
        ChannelFuture joined = channel.joinGroup(
                        new InetSocketAddress(group, 0), NetworkInterface.getByInetAddress(IPV4))
                .await();
        assertThat(joined.cause()).isNull();
        InetAddress address = group instanceof Inet6Address ? IPV6 : IPV4;
        assertFamily(channel, address);
        try (DatagramSocket stranger = plain(other(address))) {
            assertThat(channel.connect(stranger.getLocalSocketAddress()).await().cause())
                    .isInstanceOf(IllegalArgumentException.class);
        }
        channel.close().sync();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void itMayMoveBeforeAndAfter(FamilyChoice choice, InetAddress address) throws Exception {
        Mover mover = new Mover(loops);
        FdDatagramChannel channel = registered(choice);
        loops.turn();
        mover.move(channel);
        try (DatagramSocket peer = plain(address)) {
            channel.connect(peer.getLocalSocketAddress()).sync();
            mover.move(channel);
            channel.writeAndFlush(bytes()).sync();
            answered(peer);
        }
        channel.close().sync();
        assertThat(failures).isEmpty();
    }
}
