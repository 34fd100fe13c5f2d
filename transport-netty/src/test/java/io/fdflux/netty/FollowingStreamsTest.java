package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.channel.Inside;
import io.fdflux.netty.inet.FamilyChoice;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.AdoptedSockets;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** TCP sockets whose family follows the address, as on NetBSD and OpenBSD. */
@OnEveryPoller
@EnabledOnOs({OS.LINUX, OS.FREEBSD, OS.OPENBSD})
class FollowingStreamsTest {

    private static final InetAddress IPV4 = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress IPV6 = InetAddress.ofLiteral("::1");
    private static final InetAddress ANY4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ANY6 = InetAddress.ofLiteral("::");

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Recorder client = new Recorder();
    private final Recorder served = new Recorder();

    static Stream<Arguments> choicesAndAddresses() {
        return Stream.of(FamilyChoice.IPV4_APART, FamilyChoice.BY_ADDRESS)
                .flatMap(choice -> Stream.of(Arguments.of(choice, IPV4), Arguments.of(choice, IPV6)));
    }

    private static ServerSocket plain(InetAddress address) throws IOException {
        return new ServerSocket(0, 100, address);
    }

    private static InetSocketAddress nobodyListens(InetAddress address) throws IOException {
        try (ServerSocket socket = plain(address)) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }

    private static InetAddress other(InetAddress address) {
        return address.equals(IPV4) ? IPV6 : IPV4;
    }

    private Bootstrap bootstrap(FamilyChoice choice) {
        return loops.client(() -> new FdSocketChannel(choice), client);
    }

    private ServerBootstrap server(FamilyChoice choice) {
        return loops.server(() -> new FdServerSocketChannel(choice), () -> served);
    }

    private FdSocketChannel registered(FamilyChoice choice) {
        return (FdSocketChannel)
                bootstrap(choice).register().syncUninterruptibly().channel();
    }

    private static int number(Channel channel) {
        return ((UnixChannel) channel).fd().intValue();
    }

    /** {@return the family that the kernel reports} */
    static boolean isIpv6(Channel channel, boolean stream) throws IOException {
        return AdoptedSockets.internet(Descriptor.of(number(channel), fd -> 0), stream);
    }

    private static void assertFamily(Channel channel, InetAddress address) throws IOException {
        assertThat(isIpv6(channel, true)).as("IPv6").isEqualTo(address instanceof Inet6Address);
    }

    private void talk(Channel channel, ServerSocket listener) throws Exception {
        try (Peer peer = Peer.accept(listener)) {
            assertThat(channel.localAddress()).isEqualTo(peer.socket().getRemoteSocketAddress());
            assertThat(channel.remoteAddress()).isEqualTo(listener.getLocalSocketAddress());
            channel.writeAndFlush(Digest.direct(new byte[3])).sync();
            peer.read(3);
            peer.send("hello");
            await().until(() -> client.digest.length() == 5);
        }
        channel.close().sync();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void aConnectTakesTheFamilyOfThePeer(FamilyChoice choice, InetAddress address) throws Exception {
        try (ServerSocket listener = plain(address)) {
            FdSocketChannel channel = registered(choice);
            int descriptors = NothingLeaks.descriptors();
            int number = channel.fd().intValue();
            channel.connect(listener.getLocalSocketAddress()).sync();
            assertThat(channel.fd().intValue()).isEqualTo(number);
            assertFamily(channel, address);
            if (descriptors > 0) {
                assertThat(NothingLeaks.descriptors()).isEqualTo(descriptors);
            }
            talk(channel, listener);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void optionsThatWereSetBeforeHold(FamilyChoice choice, InetAddress address) throws Exception {
        int keepAlive = OS.LINUX.isCurrentOs() ? 9 : 8;
        int level = OS.LINUX.isCurrentOs() ? 1 : 0xffff;
        int broadcast = OS.LINUX.isCurrentOs() ? 6 : 0x20;
        try (ServerSocket listener = plain(address)) {
            Channel channel = bootstrap(choice)
                    .option(ChannelOption.IP_TOS, 0x10)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.SO_LINGER, 7)
                    .option(ChannelOption.SO_RCVBUF, 20_000)
                    .option(ChannelOption.SO_RCVBUF, 10_000)
                    .option(FdChannelOption.IPV6_V6ONLY, false)
                    .option(new IntegerUnixChannelOption("keep alive", level, keepAlive), 1)
                    .option(
                            new RawUnixChannelOption("broadcast", level, broadcast, Integer.BYTES),
                            ByteBuffer.allocate(Integer.BYTES)
                                    .order(ByteOrder.nativeOrder())
                                    .putInt(1)
                                    .flip())
                    .connect(listener.getLocalSocketAddress())
                    .sync()
                    .channel();
            int fd = number(channel);
            boolean ipv6 = address instanceof Inet6Address;
            assertThat(SocketOptionCalls.get(fd, ipv6 ? SocketOption.TCLASS : SocketOption.TOS))
                    .isEqualTo(0x10);
            assertThat(channel.config().getOption(ChannelOption.IP_TOS)).isEqualTo(0x10);
            assertThat(SocketOptionCalls.get(fd, SocketOption.NODELAY)).isPositive();
            assertThat(SocketOptionCalls.linger(fd)).isEqualTo(7);
            assertThat(SocketOptionCalls.get(fd, SocketOption.RCVBUF)).isIn(10_000, 20_000);
            assertThat(SocketOptionCalls.get(fd, SocketOption.KEEPALIVE)).isPositive();
            assertThat(SocketOptionCalls.get(fd, SocketOption.BROADCAST)).isPositive();
            channel.config().setOption(ChannelOption.SO_LINGER, -1);
            talk(channel, listener);
        }
    }

    /** Whatever the order, the connected socket has the last value. */
    @ParameterizedTest
    @EnumSource(names = {"IPV4_APART", "BY_ADDRESS"})
    void optionsOfOtherThreadsAreNotLost(FamilyChoice choice) throws Exception {
        try (ServerSocket listener = plain(IPV4)) {
            for (int i = 0; i < 100; i++) {
                FdSocketChannel channel = registered(choice);
                FutureTask<Integer> setting = new FutureTask<>(() -> {
                    int value = 0;
                    while (!channel.isActive()) {
                        value = (value + 4) & 0xfc;
                        channel.config().setTrafficClass(value);
                    }
                    return value;
                });
                Thread.ofPlatform().start(setting);
                channel.connect(listener.getLocalSocketAddress()).sync();
                int last = setting.get();
                assertThat(SocketOptionCalls.get(channel.fd().intValue(), SocketOption.TOS))
                        .as("round " + i)
                        .isEqualTo(last);
                channel.close().sync();
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void aPortThatWasBoundBeforeIsKept(FamilyChoice choice, InetAddress address) throws Exception {
        for (InetAddress any : List.of(ANY4, ANY6, address)) {
            try (ServerSocket listener = plain(address)) {
                FdSocketChannel channel = registered(choice);
                channel.bind(new InetSocketAddress(any, 0)).sync();
                int port = channel.localAddress().getPort();
                channel.connect(listener.getLocalSocketAddress()).sync();
                assertFamily(channel, address);
                try (Peer peer = Peer.accept(listener)) {
                    assertThat(peer.socket().getPort()).isEqualTo(port);
                }
                channel.close().sync();
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void aLocalAddressGoesWithTheConnect(FamilyChoice choice, InetAddress address) throws Exception {
        for (InetAddress local : List.of(ANY4, ANY6, address)) {
            try (ServerSocket listener = plain(address)) {
                Channel channel = bootstrap(choice)
                        .connect(listener.getLocalSocketAddress(), new InetSocketAddress(local, 0))
                        .sync()
                        .channel();
                assertFamily(channel, address);
                Peer.accept(listener).close();
                channel.close().sync();
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void aLocalAddressOfTheOtherFamilyIsRefused(FamilyChoice choice, InetAddress address) throws Exception {
        try (ServerSocket listener = plain(address)) {
            InetSocketAddress local = new InetSocketAddress(other(address), 0);
            FdSocketChannel channel = registered(choice);
            channel.bind(local).sync();
            ChannelFuture connected =
                    channel.connect(listener.getLocalSocketAddress()).await();
            assertThat(connected.isSuccess()).isFalse();
            channel.close().sync();
            ChannelFuture both = bootstrap(choice)
                    .connect(listener.getLocalSocketAddress(), local)
                    .await();
            assertThat(both.isSuccess()).isFalse();
            both.channel().closeFuture().sync();
            if (address.equals(IPV4) && choice == FamilyChoice.BY_ADDRESS) {
                assertThat(connected.cause())
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("bound to /[0:0:0:0:0:0:0:1]")
                        .hasMessageContaining(listener.getLocalSocketAddress().toString());
                assertThat(both.cause()).hasMessageContaining("has been used for IPV4");
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void afterARefusalTheOtherFamilyMayBeTried(FamilyChoice choice, InetAddress address) throws Exception {
        try (ServerSocket listener = plain(address)) {
            FdSocketChannel channel = registered(choice);
            channel.config().setTrafficClass(0x08);
            for (InetAddress nobody : List.of(other(address), address, other(address))) {
                assertThat(channel.connect(nobodyListens(nobody)).await().cause())
                        .isInstanceOf(ConnectException.class);
                assertFamily(channel, nobody);
            }
            channel.connect(listener.getLocalSocketAddress()).sync();
            assertFamily(channel, address);
            assertThat(channel.config().getTrafficClass()).isEqualTo(0x08);
            talk(channel, listener);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void whatWasAskedForBeforeIsDoneWhenItIsConnected(FamilyChoice choice, InetAddress address) throws Exception {
        try (ServerSocket listener = plain(address)) {
            FdSocketChannel channel = registered(choice);
            channel.config().setAutoRead(false);
            channel.read();
            ChannelFuture connected = channel.connect(listener.getLocalSocketAddress());
            ChannelFuture written = channel.writeAndFlush(Digest.direct(new byte[100]));
            try (Peer peer = Peer.accept(listener)) {
                connected.sync();
                written.sync();
                peer.read(100);
                peer.send("hello");
                await().until(() -> client.digest.length() == 5);
            }
            channel.close().sync();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void itMayMoveBeforeAndAfter(FamilyChoice choice, InetAddress address) throws Exception {
        Mover mover = new Mover(loops);
        try (ServerSocket listener = plain(address)) {
            FdSocketChannel channel = registered(choice);
            assertThat(channel.connect(nobodyListens(other(address))).await().isSuccess())
                    .isFalse();
            mover.move(channel);
            channel.connect(listener.getLocalSocketAddress()).sync();
            mover.move(channel);
            talk(channel, listener);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("choicesAndAddresses")
    void aListenerTakesTheFamilyOfItsAddress(FamilyChoice choice, InetAddress address) throws Exception {
        Channel listener = server(choice)
                .option(ChannelOption.SO_RCVBUF, 10_000)
                .bind(new InetSocketAddress(address, 0))
                .sync()
                .channel();
        assertFamily(listener, address);
        assertThat(SocketOptionCalls.get(number(listener), SocketOption.REUSEADDR))
                .isPositive();
        assertThat(SocketOptionCalls.get(number(listener), SocketOption.RCVBUF)).isIn(10_000, 20_000);
        try (Peer peer = Peer.connect(listener)) {
            peer.send("hello");
            await().until(() -> served.digest.length() == 5);
            assertThat(served.channel().remoteAddress()).isEqualTo(peer.socket().getLocalSocketAddress());
            assertFamily(served.channel(), address);
        }
        listener.close().sync();
    }

    @Test
    void oneWildcardServesBothWhereASocketCan() throws Exception {
        for (InetAddress any : List.of(ANY4, ANY6)) {
            Channel listener = server(FamilyChoice.IPV4_APART)
                    .bind(new InetSocketAddress(any, 0))
                    .sync()
                    .channel();
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            Peer.connect(new InetSocketAddress(IPV4, port)).close();
            Peer.connect(new InetSocketAddress(IPV6, port)).close();
            listener.close().sync();
        }
    }

    @Test
    void elseEachFamilyHasAWildcardOfItsOwn() throws Exception {
        ChannelFuture second;
        Channel first;
        int port;
        do { // until the port is free in the other family too
            first = server(FamilyChoice.BY_ADDRESS)
                    .bind(new InetSocketAddress(ANY6, 0))
                    .sync()
                    .channel();
            port = ((InetSocketAddress) first.localAddress()).getPort();
            second = server(FamilyChoice.BY_ADDRESS)
                    .bind(new InetSocketAddress(ANY4, port))
                    .await();
            if (!second.isSuccess()) {
                first.close().sync();
            }
        } while (!second.isSuccess());
        assertFamily(first, IPV6);
        assertFamily(second.channel(), IPV4);
        Peer.connect(new InetSocketAddress(IPV4, port)).close();
        Peer.connect(new InetSocketAddress(IPV6, port)).close();
        first.close().sync();
        second.channel().close().sync();
    }

    @ParameterizedTest
    @EnumSource(names = {"IPV4_APART", "BY_ADDRESS"})
    void whoSetsIpv6OnlyHasNamedTheFamily(FamilyChoice choice) throws Exception {
        Channel channel = bootstrap(choice)
                .option(FdChannelOption.IPV6_V6ONLY, true)
                .register()
                .sync()
                .channel();
        assertThat(channel.connect(nobodyListens(IPV4)).await().cause())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("IPV6_V6ONLY");
        channel.config().setOption(FdChannelOption.IPV6_V6ONLY, false);
        assertThat(channel.connect(nobodyListens(IPV4)).await().cause()).isInstanceOf(ConnectException.class);
        channel.close().sync();
    }

    @Test
    void aFamilyThatTheUserNamedStays() throws Exception {
        try (ServerSocket listener = plain(IPV4)) {
            Channel channel = loops.client(() -> new FdSocketChannel(SocketProtocolFamily.INET6), client)
                    .connect(listener.getLocalSocketAddress())
                    .sync()
                    .channel();
            assertFamily(channel, IPV6);
            talk(channel, listener);
        }
    }

    @Test
    void aNumberThatIsSomebodyElsesByNowIsNotTakenOver() throws Exception {
        FdSocketChannel channel = registered(FamilyChoice.BY_ADDRESS);
        int number = channel.fd().intValue();
        Deque<Descriptor> strangers = new ArrayDeque<>();
        try (Descriptor fresh = Sockets.tcp(false)) {
            channel.fd().close();
            channel.closeFuture().sync();
            do {
                strangers.push(Sockets.tcp(false));
            } while (strangers.peek().number() != number && strangers.size() < 100);
            assertThat(strangers.peek().number()).isEqualTo(number);
            Sockets.bind(number, new InetSocketAddress(IPV4, 0), false);
            InetSocketAddress bound = Sockets.localAddress(number);
            assertThatThrownBy(() -> Inside.takeOver(channel, fresh)).isInstanceOf(ClosedChannelException.class);
            assertThat(Sockets.localAddress(number)).isEqualTo(bound);
        } finally {
            for (Descriptor stranger : strangers) {
                stranger.close();
            }
        }
    }
}
