package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.netty.channel.EngineChannel;
import io.fdflux.netty.channel.Inside;
import io.fdflux.posix.socket.TcpInfoCalls;
import io.fdflux.posix.socket.TcpOptions;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A closed channel has no options, because its descriptor's number may belong to another channel. */
@OnEveryPoller
class ClosedOptionsTest {

    private static final int BYTES = 12_345;
    private static final RawUnixChannelOption RAW = new RawUnixChannelOption("RAW", 1, 2, 4);
    private static final IntegerUnixChannelOption INTEGER = new IntegerUnixChannelOption("AN_INT", 1, 2);

    /** A kind of channel, whose number another channel reuses. */
    enum Kind {
        TCP(FdSocketChannel::new),
        TCP_LISTENER(FdServerSocketChannel::new),
        UDP(FdDatagramChannel::new),
        UNIX(FdDomainSocketChannel::new),
        UNIX_LISTENER(FdServerDomainSocketChannel::new),
        UNIX_DATAGRAM(FdDomainDatagramChannel::new);

        private final Supplier<EngineChannel> opening;

        Kind(Supplier<EngineChannel> opening) {
            this.opening = opening;
        }
    }

    private static void assertClosed(ThrowingCallable call, String name) {
        assertThatThrownBy(call)
                .isInstanceOf(ChannelException.class)
                .hasMessageContaining(name)
                .hasCauseInstanceOf(ClosedChannelException.class);
    }

    @ParameterizedTest
    @EnumSource
    void whoHasItsNumberNowIsSpared(Kind kind) {
        EngineChannel closed = kind.opening.get();
        closed.config().setOption(ChannelOption.SO_RCVBUF, BYTES);
        closed.unsafe().closeForcibly();
        EngineChannel successor = kind.opening.get();
        assertThat(Inside.number(successor)).isEqualTo(Inside.number(closed));
        int before = successor.config().getOption(ChannelOption.SO_RCVBUF);

        assertClosed(() -> closed.config().setOption(ChannelOption.SO_RCVBUF, BYTES), "SO_RCVBUF");
        assertClosed(() -> closed.config().setOption(RAW, ByteBuffer.allocate(4)), "RAW (level 1, option 2)");
        assertClosed(() -> closed.config().setOption(INTEGER, 1), "AN_INT (level 1, option 2)");
        for (ChannelOption<?> option : List.of(ChannelOption.SO_RCVBUF, RAW, INTEGER)) {
            assertClosed(() -> closed.config().getOption(option), "");
        }
        assertClosed(() -> closed.config().getOptions(), "");

        assertThat(successor.config().getOption(ChannelOption.SO_RCVBUF)).isEqualTo(before);
        successor.unsafe().closeForcibly();
    }

    /** Options that are no int have calls of their own. */
    @Test
    void whateverTheOptionsCall() {
        FdSocketChannel closed = new FdSocketChannel();
        closed.unsafe().closeForcibly();
        FdSocketChannel successor = new FdSocketChannel();
        assertClosed(() -> closed.config().setSoLinger(0), "SO_LINGER");
        if (TcpOptions.hasCongestionControl()) {
            assertClosed(() -> closed.config().setOption(FdChannelOption.TCP_CONGESTION, "reno"), "TCP_CONGESTION");
            assertClosed(() -> closed.config().getOption(FdChannelOption.TCP_CONGESTION), "TCP_CONGESTION");
        }
        if (TcpInfoCalls.isAvailable()) {
            assertClosed(() -> closed.config().getOption(FdChannelOption.TCP_INFO), "TCP_INFO");
        }
        if (TcpOptions.hasSignatureKeys()) {
            Map<InetAddress, byte[]> keys = Map.of(InetAddress.getLoopbackAddress(), new byte[] {1});
            assertClosed(() -> closed.config().setOption(FdChannelOption.TCP_MD5SIG, keys), "TCP_MD5SIG");
        }
        successor.unsafe().closeForcibly();

        FdDatagramChannel datagrams = new FdDatagramChannel();
        datagrams.unsafe().closeForcibly();
        FdDatagramChannel next = new FdDatagramChannel();
        assertClosed(() -> datagrams.config().setTimeToLive(7), "");
        assertClosed(() -> datagrams.config().getTimeToLive(), "");
        assertThat(next.config().getTimeToLive()).isNotEqualTo(7);
        next.unsafe().closeForcibly();
    }

    /** As in Netty's tests: closing the descriptor closes the channel's socket. */
    @Test
    void theDescriptorMayBeClosedAlone() throws IOException {
        FdSocketChannel channel = new FdSocketChannel();
        assertThat(channel.config().isKeepAlive()).isFalse();
        channel.config().setKeepAlive(true);
        channel.fd().close();
        assertThat(channel.isOpen()).isFalse();
        assertClosed(() -> channel.config().setKeepAlive(true), "SO_KEEPALIVE");
        assertClosed(() -> channel.config().isKeepAlive(), "SO_KEEPALIVE");
    }
}
