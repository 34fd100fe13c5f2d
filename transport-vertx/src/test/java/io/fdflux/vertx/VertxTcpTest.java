package io.fdflux.vertx;

import static io.fdflux.vertx.VertxInstance.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.netty.channel.Channel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** TCP servers and clients of Vert.x. */
@OnEveryPoller
class VertxTcpTest {

    private static final String HOST = "127.0.0.1";

    @RegisterExtension
    final VertxInstance vertx = new VertxInstance();

    /** Vert.x closes clients that nobody refers to, and their connections. */
    private final NetClient clients = vertx.vertx.createNetClient();

    private NetServer echo() {
        return get(vertx.vertx
                .createNetServer()
                .connectHandler(socket -> socket.pipeTo(socket))
                .listen(0, HOST));
    }

    @Test
    void bytesComeBackInOrder() {
        NetServer server = echo();
        NetSocket client = get(clients.connect(server.actualPort(), HOST));
        Buffer sent = Buffer.buffer();
        for (int i = 0; i < 1_000_000; i++) {
            sent.appendInt(i);
        }
        byte[] bytes = sent.getBytes();
        Buffer all = Buffer.buffer();
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        client.handler(part -> {
            all.appendBuffer(part);
            if (all.length() == bytes.length) {
                answer.complete(all.getBytes());
            }
        });
        get(client.write(sent));
        assertThat(answer.join()).isEqualTo(bytes);
    }

    @Test
    void socketsAreThoseOfFdflux() {
        NetServer server = echo();
        NetSocket client = get(clients.connect(server.actualPort(), HOST));
        await().until(() -> vertx.count(Counter.ACCEPTED) == 1);
        assertThat(vertx.channels())
                .contains(FdServerSocketChannel.class, FdSocketChannel.class)
                .isSubsetOf(FdServerSocketChannel.class, FdSocketChannel.class, FdDatagramChannel.class); // and names
        assertThat(client.remoteAddress().port()).isEqualTo(server.actualPort());
        assertThat(client.localAddress().host()).isEqualTo(HOST);
    }

    /** Vert.x runs its channels with auto-read off while a socket is paused. */
    @Test
    void aPausedSocketIsNotRead() throws Exception {
        AtomicLong bytes = new AtomicLong();
        CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
        NetServer server = get(vertx.vertx
                .createNetServer()
                .connectHandler(socket -> {
                    socket.pause().handler(buffer -> bytes.addAndGet(buffer.length()));
                    accepted.complete(socket);
                })
                .listen(0, HOST));
        int megabytes = 32;
        try (Peer peer = Peer.connect(new InetSocketAddress(HOST, server.actualPort()), 0)) {
            NetSocket socket = accepted.join();
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < megabytes; i++) {
                        peer.send(new byte[1 << 20]);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            // Vert.x reads a little ahead, then no more, although the peer has more to send.
            await().until(() -> {
                long calls = vertx.count(Counter.READ_CALLS);
                vertx.turn();
                return calls > 0 && vertx.count(Counter.READ_CALLS) == calls;
            });
            assertThat(sender.isAlive()).isTrue();
            assertThat(vertx.count(Counter.BYTES_READ)).isLessThan(4 << 20);
            assertThat(bytes).hasValue(0);
            socket.resume();
            sender.join();
            await().until(() -> bytes.get() == (long) megabytes << 20);
        }
    }

    @Test
    void aRefusedConnectFails() throws Exception {
        int port;
        try (ServerSocket taken = Loops.plainListener()) {
            port = taken.getLocalPort();
        }
        assertThatThrownBy(() -> get(clients.connect(port, HOST))).hasCauseInstanceOf(ConnectException.class);
    }

    private static Channel channel(NetSocket socket) {
        return ((NetSocketInternal) socket).channelHandlerContext().channel();
    }

    @Test
    void optionsReachTheSocket() {
        NetServerOptions idle = new NetServerOptions();
        idle.setTcpKeepAlive(true).setTcpKeepAliveIdleSeconds(77);
        NetClientOptions count = new NetClientOptions();
        count.setTcpKeepAlive(true).setTcpKeepAliveCount(5);
        CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
        NetServer server = get(vertx.vertx
                .createNetServer(idle)
                .connectHandler(accepted::complete)
                .listen(0, HOST));
        NetClient counting = vertx.vertx.createNetClient(count);
        NetSocket client = get(counting.connect(server.actualPort(), HOST));
        assertThat(channel(client).config().getOption(FdChannelOption.TCP_KEEPCNT))
                .isEqualTo(5);
        assertThat(channel(accepted.join()).config().getOption(FdChannelOption.TCP_KEEPIDLE))
                .isEqualTo(77);
        counting.close();
    }

    @Test
    void serversShareAPort() {
        NetServerOptions options = new NetServerOptions().setReusePort(true);
        NetServer first = get(vertx.vertx
                .createNetServer(options)
                .connectHandler(NetSocket::close)
                .listen(0, HOST));
        VertxInstance another = new VertxInstance();
        try {
            NetServer second = get(another.vertx
                    .createNetServer(options)
                    .connectHandler(NetSocket::close)
                    .listen(first.actualPort(), HOST));
            assertThat(second.actualPort()).isEqualTo(first.actualPort());
        } finally {
            assertThat(another.close()).isEmpty();
        }
    }
}
