package io.fdflux.netty.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.Recorder;
import io.fdflux.netty.channel.Inside;
import io.fdflux.netty.inet.InternetFamily;
import io.fdflux.posix.socket.TcpOptions;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** TCP_MD5SIG, RFC 2385: only peers with the key can connect. */
@OnEveryPoller
class SignatureKeysTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final InetAddress OTHER = InetAddress.ofLiteral("198.51.100.7");
    private static final byte[] KEY = "the right key".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private static final byte[] WRONG = {1, 2, 3};

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();

    @BeforeEach
    void here() {
        assumeTrue(TcpOptions.hasSignatureKeys());
        FdSocketChannel channel = new FdSocketChannel();
        try {
            channel.config().setOption(FdChannelOption.TCP_MD5SIG, Map.of(LOOPBACK, KEY));
        } catch (UnsupportedOperationException e) {
            assumeTrue(false, "this kernel was built with TCP_MD5SIG");
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    private Channel listener() throws Exception {
        return loops.server(() -> server)
                .option(FdChannelOption.TCP_MD5SIG, Map.of(LOOPBACK, KEY, OTHER, WRONG))
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    private ChannelFuture connect(Channel listener, Map<InetAddress, byte[]> keys) throws Exception {
        return loops.client(new Recorder())
                .option(FdChannelOption.TCP_MD5SIG, keys)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 300)
                .connect(listener.localAddress())
                .await();
    }

    @Test
    void whoHasTheKeyIsHeard() throws Exception {
        Channel client = loops.client(new Recorder())
                .option(FdChannelOption.TCP_MD5SIG, Map.of(LOOPBACK, KEY))
                .connect(listener().localAddress())
                .sync()
                .channel();
        client.writeAndFlush(Unpooled.wrappedBuffer(new byte[1000])).sync();
        await().untilAsserted(() -> assertThat(server.digest.length()).isEqualTo(1000));
        assertThat(client.config().getOption(FdChannelOption.TCP_MD5SIG))
                .as("keys are secrets")
                .isNull();
        assertThat(client.config().getOptions()).doesNotContainKey(FdChannelOption.TCP_MD5SIG);
        client.close().sync();
    }

    @Test
    void whoHasAnotherOrNoneIsNot() throws Exception {
        Channel listener = listener();
        for (Map<InetAddress, byte[]> keys :
                java.util.List.of(Map.of(LOOPBACK, WRONG), Map.<InetAddress, byte[]>of())) {
            assertThat(connect(listener, keys).cause()).isInstanceOf(ConnectTimeoutException.class);
        }
        assertThat(server.active).isNotDone();
    }

    @Test
    void newKeysReplaceThoseOfBefore() throws Exception {
        Channel listener = listener();
        listener.config().setOption(FdChannelOption.TCP_MD5SIG, Map.of(OTHER, WRONG));
        try (Peer plain = Peer.connect(listener)) {
            plain.send("heard");
            await().untilAsserted(() -> assertThat(server.digest.length()).isEqualTo(5));
            // An accepted connection has its listener's set of peers, but the kernel holds none of their keys for it.
            server.channel().config().setOption(FdChannelOption.TCP_MD5SIG, Map.of());
        }
    }

    @Test
    void keysAreCheckedBeforeAnyIsSet() {
        FdServerSocketChannel listener = new FdServerSocketChannel();
        assertThatThrownBy(() -> listener.config()
                        .setOption(FdChannelOption.TCP_MD5SIG, Map.of(LOOPBACK, KEY, OTHER, new byte[0])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 80 bytes, not 0, the length for /198.51.100.7");
        byte[] none = {};
        assertThat(TcpOptions.setSignatureKey(
                        Inside.number(listener),
                        LOOPBACK,
                        none,
                        InternetFamily.preferred().isIpv6()))
                .as("was set")
                .isEqualTo(-io.fdflux.posix.Errno.ENOENT);
        listener.unsafe().closeForcibly();
    }
}
