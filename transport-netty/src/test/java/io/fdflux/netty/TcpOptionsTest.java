package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.netty.channel.Inside;
import io.fdflux.netty.inet.InternetFamily;
import io.fdflux.posix.TcpInfo;
import io.fdflux.posix.TcpInfo.Field;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.TcpInfoCalls;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Effects of TCP's and IP's options on connections, beyond storing them. */
@OnEveryPoller
class TcpOptionsTest {

    /** RFC 5737: an address that no machine has. */
    private static final InetSocketAddress FOREIGN = new InetSocketAddress("198.51.100.7", 0);

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();

    private static TcpInfo info(Channel channel) {
        return channel.config().getOption(FdChannelOption.TCP_INFO);
    }

    private static long reported(Channel channel, Field field) {
        return info(channel).get(field).orElseThrow();
    }

    private static void write(Channel channel, String text) {
        channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1))
                .syncUninterruptibly();
    }

    @Test
    void aDeferredAcceptWaitsForData() throws Exception {
        assumeTrue(SocketOption.DEFER_ACCEPT.isAvailable());
        Channel listener = loops.server(() -> server)
                .option(FdChannelOption.TCP_DEFER_ACCEPT, 60)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer silent = Peer.connect(listener)) {
            loops.turn();
            assertThat(server.active).as("accepted without data").isNotDone();
            silent.send("data");
            server.channel();
            await().untilAsserted(() -> assertThat(server.digest.length()).isEqualTo(4));
        }
    }

    @Test
    void aCorkHoldsSegmentsBack() throws Exception {
        assumeTrue(SocketOption.CORK.isAvailable());
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), new Recorder());
            try (Peer peer = Peer.accept(listener)) {
                channel.config().setOption(FdChannelOption.TCP_CORK, true);
                for (int i = 0; i < 20; i++) {
                    write(channel, "abc");
                }
                assertThat(reported(channel, Field.DATA_SEGMENTS_SENT))
                        .as("one per flush without a cork, which holds back for 200 ms")
                        .isLessThan(15);
                channel.config().setOption(FdChannelOption.TCP_CORK, false);
                assertThat(peer.read(60)).isEqualTo("abc".repeat(20).getBytes(StandardCharsets.ISO_8859_1));
            }
            channel.close().sync();
        }
    }

    @Test
    void withoutACorkEachFlushIsASegment() throws Exception {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX);
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), new Recorder());
            try (Peer peer = Peer.accept(listener)) {
                for (int i = 0; i < 20; i++) {
                    write(channel, "abc");
                    peer.read(3);
                }
                assertThat(reported(channel, Field.DATA_SEGMENTS_SENT)).isEqualTo(20);
            }
            channel.close().sync();
        }
    }

    /** Data that is blocked by the peer's closed window counts as unacknowledged, tcp(7). */
    @Test
    void theUserTimeoutEndsAConnectionWhosePeerTakesNothing() throws Exception {
        assumeTrue(SocketOption.USER_TIMEOUT.isAvailable());
        Channel listener = loops.server(() -> server)
                .childOption(FdChannelOption.TCP_USER_TIMEOUT, 300)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(listener.localAddress(), 4096)) {
            ChannelFuture written = server.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[32 << 20]));
            server.inactive.await();
            assertThat(written.await().cause()).isInstanceOf(java.io.IOException.class);
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    @Test
    void theUnsentLowMarkKeepsDataOutOfTheKernel() throws Exception {
        assumeTrue(
                SocketOption.NOTSENT_LOWAT.isAvailable() && Platform.current().os() == Platform.Os.LINUX);
        long limited = unsent(16 * 1024L);
        long unlimited = unsent(0xffff_ffffL);
        assertThat(limited).isLessThan(unlimited / 4);
    }

    private long unsent(long lowMark) throws Exception {
        try (ServerSocket listener = new ServerSocket()) {
            listener.setReceiveBufferSize(4096);
            listener.bind(Loops.anyPort());
            FdSocketChannel channel = (FdSocketChannel) loops.client(new Recorder())
                    .option(FdChannelOption.TCP_NOTSENT_LOWAT, lowMark)
                    .option(ChannelOption.SO_SNDBUF, 2 << 20)
                    .connect(listener.getLocalSocketAddress())
                    .sync()
                    .channel();
            try (Peer peer = Peer.accept(listener)) {
                channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[32 << 20]));
                loops.turn();
                long unsent = reported(channel, Field.NOT_SENT_BYTES);
                assertThat(peer.socket().isConnected()).isTrue();
                channel.close().sync();
                return unsent;
            }
        }
    }

    @Test
    void addressesThatAreNotLocalAreBoundFreely() throws Exception {
        assumeTrue(SocketOption.FREEBIND.isAvailable());
        assertThat(loops.server(() -> server).bind(FOREIGN).await().cause()).isInstanceOf(BindException.class);
        Channel free = loops.server(() -> server)
                .option(FdChannelOption.IP_FREEBIND, true)
                .bind(FOREIGN)
                .sync()
                .channel();
        assertThat(((InetSocketAddress) free.localAddress()).getAddress()).isEqualTo(FOREIGN.getAddress());
        free.close().sync();
    }

    @Test
    void anIpv6ListenerThatIsThatAloneRefusesIpv4() throws Exception {
        assumeTrue(InternetFamily.preferred().isIpv6());
        InetAddress any = InetAddress.getByName("::");
        Channel alone = loops.server(() -> server)
                .option(FdChannelOption.IPV6_V6ONLY, true)
                .bind(new InetSocketAddress(any, 0))
                .sync()
                .channel();
        int port = ((InetSocketAddress) alone.localAddress()).getPort();
        InetAddress ipv4 = Inet4Address.ofLiteral("127.0.0.1");
        assertThatThrownBy(() -> Peer.connect(new InetSocketAddress(ipv4, port)))
                .hasCauseInstanceOf(java.net.ConnectException.class);
        try (Peer peer = Peer.connect(new InetSocketAddress(InetAddress.getByName("::1"), port))) {
            server.channel();
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    @Test
    void aBoundAddressReservesNoPort() throws Exception {
        assumeTrue(SocketOption.BIND_ADDRESS_NO_PORT.isAvailable());
        FdSocketChannel channel = new FdSocketChannel();
        channel.config().setOption(FdChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        loops.next().register(channel).sync();
        channel.bind(Loops.anyPort()).sync();
        assertThat(channel.localAddress().getPort()).isZero();
        channel.close().sync();
    }

    @Test
    void theLargestSegmentIsThatOfTheOption() throws Exception {
        assumeTrue(TcpInfoCalls.isAvailable());
        try (ServerSocket listener = Loops.plainListener()) {
            Channel channel = loops.client(new Recorder())
                    .option(FdChannelOption.TCP_MAXSEG, 600)
                    .connect(listener.getLocalSocketAddress())
                    .sync()
                    .channel();
            assertThat(reported(channel, Field.SEND_MSS)).isLessThanOrEqualTo(600);
            assertThat(info(channel).state()).isEqualTo(TcpInfo.State.ESTABLISHED);
            channel.close().sync();
        }
    }

    @Test
    void quickAcknowledgementsAreSwitched() throws Exception {
        assumeTrue(SocketOption.QUICKACK.isAvailable());
        Channel listener = loops.listen(() -> server);
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            for (boolean on : List.of(false, true, false)) {
                channel.config().setOption(FdChannelOption.TCP_QUICKACK, on);
                assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.QUICKACK) != 0)
                        .isEqualTo(on);
            }
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    /** Options on the listener cost no call per connection. */
    @Test
    void aConnectionHasItsListenersOptions() throws Exception {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX);
        Channel listener = loops.server(() -> server)
                .option(ChannelOption.TCP_NODELAY, false)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(FdChannelOption.TCP_KEEPIDLE, 77)
                .option(FdChannelOption.TCP_USER_TIMEOUT, 5000)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            assertThat(channel.config().isTcpNoDelay()).isFalse();
            assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.NODELAY))
                    .isZero();
            assertThat(channel.config().isKeepAlive()).isTrue();
            assertThat(channel.config().getOption(FdChannelOption.TCP_KEEPIDLE)).isEqualTo(77);
            assertThat(channel.config().getOption(FdChannelOption.TCP_USER_TIMEOUT))
                    .isEqualTo(5000);
            assertThat(channel.config().getOption(FdChannelOption.SO_INCOMING_CPU))
                    .isNotNegative();
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    @Test
    void theCongestionControlIsChosenByName() {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX);
        FdSocketChannel channel = new FdSocketChannel();
        channel.config().setOption(FdChannelOption.TCP_CONGESTION, "reno");
        assertThat(channel.config().getOption(FdChannelOption.TCP_CONGESTION)).isEqualTo("reno");
        assertThatThrownBy(() -> channel.config().setOption(FdChannelOption.TCP_CONGESTION, "no_such"))
                .isInstanceOf(ChannelException.class)
                .hasMessageContaining("TCP_CONGESTION = no_such; does the kernel have it");
        channel.unsafe().closeForcibly();
    }

    @Test
    void whatHasNoConstantIsSetByItsNumbers() {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX, "the numbers are Linux's");
        FdSocketChannel channel = new FdSocketChannel();
        IntegerUnixChannelOption keepAlive = new IntegerUnixChannelOption("KEEPALIVE_BY_NUMBER", 1, 9);
        assertThat(channel.config().setOption(keepAlive, 1)).isTrue();
        assertThat(channel.config().getOption(keepAlive)).isEqualTo(1);
        assertThat(channel.config().isKeepAlive()).isTrue();

        RawUnixChannelOption linger = new RawUnixChannelOption("LINGER_BY_NUMBER", 1, 13, 8);
        for (ByteBuffer buffer : List.of(ByteBuffer.allocate(8), ByteBuffer.allocateDirect(8))) {
            buffer.order(ByteOrder.nativeOrder()).putInt(0, 1).putInt(4, 44);
            assertThat(channel.config().setOption(linger, buffer)).isTrue();
            assertThat(buffer.remaining()).as("the user still owns it").isEqualTo(8);
            ByteBuffer read = channel.config().getOption(linger).order(ByteOrder.nativeOrder());
            assertThat(read.remaining()).isEqualTo(8);
            assertThat(read.getInt(4)).isEqualTo(44);
        }
        IntegerUnixChannelOption unknown = new IntegerUnixChannelOption("NO_SUCH", 1, 9999);
        assertThatThrownBy(() -> channel.config().setOption(unknown, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("NO_SUCH (level 1, option 9999)");
        assertThatThrownBy(() -> channel.config().setOption(linger, ByteBuffer.allocate(7)))
                .isInstanceOf(IllegalArgumentException.class);
        channel.unsafe().closeForcibly();
    }
}
