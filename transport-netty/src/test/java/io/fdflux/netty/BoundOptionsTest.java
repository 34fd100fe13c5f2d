package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.netty.channel.EngineChannel;
import io.fdflux.netty.channel.Inside;
import io.fdflux.posix.TcpInfo;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.TcpInfoCalls;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of sockets that are already bound, as in the tests of Netty's epoll and kqueue configs. */
@OnEveryPoller
class BoundOptionsTest {

    private static final long LARGEST_UNSIGNED = 0xffff_ffffL;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private FdServerSocketChannel listener;
    private FdSocketChannel bound;

    @BeforeEach
    void bind() throws InterruptedException {
        InetSocketAddress any = new InetSocketAddress(0);
        listener = (FdServerSocketChannel)
                loops.server(Recorder::new).bind(any).sync().channel();
        bound = (FdSocketChannel) loops.client(new Recorder()).bind(any).sync().channel();
    }

    private static <T> void setAndGet(Channel channel, ChannelOption<T> option, List<T> values) {
        for (T value : values) {
            assertThat(channel.config().setOption(option, value)).isTrue();
            assertThat(channel.config().getOption(option)).as("%s", option).isEqualTo(value);
        }
    }

    @Test
    void aListenersAreSwitched() {
        setAndGet(listener, FdChannelOption.SO_REUSEPORT, List.of(false, true));
        if (SocketOption.FREEBIND.isAvailable()) {
            setAndGet(listener, FdChannelOption.IP_FREEBIND, List.of(false, true));
        }
        assertThat(listener.config().getOptions()).hasSizeGreaterThan(15);
    }

    @Test
    void aListenersQueueForFastOpen() {
        assumeTrue(SocketOption.FASTOPEN.isAvailable());
        setAndGet(listener, ChannelOption.TCP_FASTOPEN, List.of(10));
        assertThat(SocketOptionCalls.get(Inside.number(listener), SocketOption.FASTOPEN))
                .isEqualTo(Platform.current().os() == Platform.Os.LINUX ? 10 : 1);
        assertThatThrownBy(() -> listener.config().setOption(ChannelOption.TCP_FASTOPEN, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The kernel counts retransmissions of the SYN and so reports more seconds than were set, tcp(7). */
    @Test
    void aListenerDefersAccepts() {
        assumeTrue(SocketOption.DEFER_ACCEPT.isAvailable());
        setAndGet(listener, FdChannelOption.TCP_DEFER_ACCEPT, List.of(0));
        listener.config().setOption(FdChannelOption.TCP_DEFER_ACCEPT, 10);
        assertThat(listener.config().getOption(FdChannelOption.TCP_DEFER_ACCEPT))
                .isGreaterThanOrEqualTo(10);
    }

    @Test
    void whatASocketHoldsBackIsSwitched() {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX, "TCP_CORK and TCP_QUICKACK are Linux's");
        setAndGet(bound, FdChannelOption.TCP_CORK, List.of(false, true));
        setAndGet(bound, FdChannelOption.TCP_QUICKACK, List.of(false, true));
        assertThat(bound.config().getOptions()).hasSizeGreaterThan(15);
    }

    static LongStream unsignedNumbers() {
        return LongStream.concat(
                LongStream.of(0, 1, Integer.MAX_VALUE, Integer.MAX_VALUE + 1L, LARGEST_UNSIGNED),
                new Random(1).longs(20, 0, LARGEST_UNSIGNED));
    }

    @ParameterizedTest
    @MethodSource("unsignedNumbers")
    void theUnsentLowMarkHasAllNumbersOfAnUnsignedInt(long bytes) {
        assumeTrue(SocketOption.NOTSENT_LOWAT.isAvailable());
        setAndGet(bound, FdChannelOption.TCP_NOTSENT_LOWAT, List.of(bytes));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, LARGEST_UNSIGNED + 1})
    void andNoOthers(long bytes) {
        assumeTrue(SocketOption.NOTSENT_LOWAT.isAvailable());
        assertThatThrownBy(() -> bound.config().setOption(FdChannelOption.TCP_NOTSENT_LOWAT, bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + bytes);
    }

    /** TCP_INFO before there is a connection. */
    @Test
    void anUnconnectedSocketReportsTcpInfo() {
        assumeTrue(TcpInfoCalls.isAvailable());
        TcpInfo info = bound.config().getOption(FdChannelOption.TCP_INFO);
        assertThat(info.state()).isIn(TcpInfo.State.CLOSED, TcpInfo.State.LISTEN);
        for (TcpInfo.Field field : TcpInfo.Field.values()) {
            assertThat(info.get(field).orElse(0))
                    .as("%s", field)
                    .isGreaterThanOrEqualTo(field == TcpInfo.Field.PACING_RATE ? -1 : 0);
        }
    }

    /** netty 7159: a channel with SO_LINGER closes on another thread, where Netty asserted that it was on the loop. */
    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void aLingeringSocketThatIsNotConnectedIsClosed(int seconds) throws Exception {
        Recorder recorder = new Recorder();
        Channel lingering = loops.client(recorder)
                .option(ChannelOption.SO_LINGER, seconds)
                .bind(new InetSocketAddress(0))
                .sync()
                .channel();
        ChannelFuture closed = lingering.close();
        assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(closed.cause()).isNull();
        assertThat(recorder.failures).isEmpty();
    }

    @Test
    @SuppressWarnings("deprecation") // Netty's tests use the old name
    void aReadIsSixteenMessagesUnlessItIsSaid() {
        for (Supplier<EngineChannel> opening : List.<Supplier<EngineChannel>>of(
                FdSocketChannel::new,
                FdServerSocketChannel::new,
                FdDatagramChannel::new,
                FdDomainSocketChannel::new,
                FdServerDomainSocketChannel::new,
                FdDomainDatagramChannel::new)) {
            EngineChannel channel = opening.get();
            assertThat(channel.config().getMaxMessagesPerRead())
                    .as("%s", channel.getClass())
                    .isEqualTo(16);
            channel.unsafe().closeForcibly();
        }
    }
}
