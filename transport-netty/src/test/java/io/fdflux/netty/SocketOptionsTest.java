package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.netty.channel.Inside;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketProtocolFamily;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every option can be set and read back, and the channel reports the kernel's value. */
@OnEveryPoller
class SocketOptionsTest {

    private static final ChannelOption<Integer> UNKNOWN = ChannelOption.valueOf("SocketOptionsTest.UNKNOWN");

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();

    private static Map<ChannelOption<?>, Object> ofEveryChannel() {
        Map<ChannelOption<?>, Object> values = new LinkedHashMap<>();
        values.put(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1234);
        values.put(ChannelOption.WRITE_SPIN_COUNT, 3);
        values.put(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT);
        values.put(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(100));
        values.put(ChannelOption.AUTO_READ, false);
        values.put(ChannelOption.AUTO_CLOSE, false);
        values.put(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(10, 20));
        values.put(ChannelOption.MESSAGE_SIZE_ESTIMATOR, new DefaultMessageSizeEstimator(1));
        return values;
    }

    @SuppressWarnings("unchecked")
    private static void setAndReadBack(Channel channel, Map<ChannelOption<?>, Object> values) {
        values.forEach((option, value) -> {
            assertThat(channel.config().setOption((ChannelOption<Object>) option, value))
                    .as("%s is known", option)
                    .isTrue();
            assertThat(channel.config().getOption(option)).as("%s", option).isEqualTo(value);
            assertThat(channel.config().getOptions()).containsKey(option);
        });
        assertThat(channel.config().getOption(UNKNOWN)).isNull();
        assertThat(channel.config().setOption(UNKNOWN, 1)).isFalse();
    }

    @Test
    void ofAConnection() throws Exception {
        FdSocketChannel channel = new FdSocketChannel();
        Map<ChannelOption<?>, Object> values = ofEveryChannel();
        values.put(ChannelOption.TCP_NODELAY, false);
        values.put(ChannelOption.SO_KEEPALIVE, true);
        values.put(ChannelOption.SO_REUSEADDR, true);
        values.put(ChannelOption.SO_LINGER, 5);
        values.put(ChannelOption.IP_TOS, 0x10);
        values.put(ChannelOption.ALLOW_HALF_CLOSURE, true);
        setAndReadBack(channel, values);
        assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.NODELAY))
                .isZero();
        assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.KEEPALIVE))
                .isEqualTo(1);
        assertThat(SocketOptionCalls.linger(Inside.number(channel))).isEqualTo(5);
        channel.config().setOption(ChannelOption.SO_LINGER, -1);
        assertThat(SocketOptionCalls.linger(Inside.number(channel))).isEqualTo(-1);
        buffersGrow(channel);
        channel.unsafe().closeForcibly();
    }

    /** The kernel rounds the sizes, and Linux doubles them, socket(7). */
    private static void buffersGrow(Channel channel) {
        assertThat(channel.config().setOption(ChannelOption.SO_RCVBUF, 50_000)).isTrue();
        assertThat(channel.config().getOption(ChannelOption.SO_RCVBUF)).isGreaterThanOrEqualTo(50_000);
        if (!(channel instanceof FdServerSocketChannel)) {
            assertThat(channel.config().setOption(ChannelOption.SO_SNDBUF, 50_000))
                    .isTrue();
            assertThat(channel.config().getOption(ChannelOption.SO_SNDBUF)).isGreaterThanOrEqualTo(50_000);
        }
    }

    @Test
    void ofAListener() {
        FdServerSocketChannel channel = new FdServerSocketChannel();
        assertThat(channel.config().isReuseAddress()).as("by default").isTrue();
        Map<ChannelOption<?>, Object> values = ofEveryChannel();
        values.put(ChannelOption.SO_REUSEADDR, false);
        values.put(ChannelOption.SO_BACKLOG, 17);
        setAndReadBack(channel, values);
        buffersGrow(channel);
        channel.unsafe().closeForcibly();
    }

    @Test
    void ofADatagramSocket() {
        FdDatagramChannel channel = new FdDatagramChannel();
        Map<ChannelOption<?>, Object> values = ofEveryChannel();
        values.put(ChannelOption.SO_REUSEADDR, true);
        values.put(ChannelOption.SO_BROADCAST, true);
        values.put(ChannelOption.IP_TOS, 0x10);
        setAndReadBack(channel, values);
        buffersGrow(channel);
        channel.unsafe().closeForcibly();
    }

    @ParameterizedTest
    @EnumSource(names = {"INET", "INET6"})
    void optionsOfIpv6AreThoseOfIpv6Sockets(SocketProtocolFamily family) {
        for (Channel channel : List.of(
                new FdSocketChannel(family), new FdServerSocketChannel(family), new FdDatagramChannel(family))) {
            boolean has = family == SocketProtocolFamily.INET6;
            assertThat(channel.config().getOptions().containsKey(FdChannelOption.IPV6_V6ONLY))
                    .isEqualTo(has);
            assertThat(channel.config().getOption(FdChannelOption.IPV6_V6ONLY) != null)
                    .isEqualTo(has);
            channel.unsafe().closeForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAcceptedConnectionHasWhatItSays(boolean noDelay) throws Exception {
        Channel listener = loops.server(() -> server)
                .childOption(ChannelOption.TCP_NODELAY, noDelay)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            loops.turn();
            assertThat(channel.config().isTcpNoDelay()).isEqualTo(noDelay);
            assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.NODELAY) != 0)
                    .isEqualTo(noDelay);
            assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.KEEPALIVE))
                    .isNotZero();
            assertThat(channel.localAddress()).isEqualTo(peer.socket().getRemoteSocketAddress());
            assertThat(channel.remoteAddress()).isEqualTo(peer.socket().getLocalSocketAddress());
            assertThat(channel.parent()).isSameAs(listener);
        }
    }

    @Test
    void noDelayIsInheritedFromTheListener() throws Exception {
        Channel listener = loops.listen(() -> server);
        try (Peer peer = Peer.connect(listener)) {
            assertThat(SocketOptionCalls.get(Inside.number(server.channel()), SocketOption.NODELAY))
                    .isNotZero();
            assertThat(server.channel().config().isTcpNoDelay()).isTrue();
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    @Test
    void aConnectingSocketHasNoDelay() {
        FdSocketChannel channel = new FdSocketChannel();
        assertThat(SocketOptionCalls.get(Inside.number(channel), SocketOption.NODELAY))
                .isNotZero();
        channel.unsafe().closeForcibly();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        FdSocketChannel channel = new FdSocketChannel();
        assertThatThrownBy(() -> channel.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> channel.config().setOption(ChannelOption.SO_LINGER, null))
                .isInstanceOf(NullPointerException.class);
        channel.unsafe().closeForcibly();
        assertThatThrownBy(() -> channel.config().setOption(ChannelOption.SO_KEEPALIVE, true))
                .isInstanceOf(io.netty.channel.ChannelException.class)
                .hasMessageContaining("SO_KEEPALIVE");
    }
}
