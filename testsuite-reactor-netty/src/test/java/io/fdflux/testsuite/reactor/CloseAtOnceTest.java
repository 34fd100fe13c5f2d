package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.TcpClient;

/**
 * Invariant 17: abandoning a connection with pending writes and a silent peer closes it in the call of {@code close()},
 * as on Netty's transports. The test needs no timing, because it checks the channel when that call returns.
 */
@OnEveryPoller
class CloseAtOnceTest {

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    /** Sits next to the transport and records whether the channel was still open after close(). */
    private static final class Probe extends ChannelOutboundHandlerAdapter {

        final BlockingQueue<Boolean> openAfterClose = new LinkedBlockingQueue<>();

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            context.close(promise);
            openAfterClose.add(context.channel().isOpen());
        }

        void assertClosedAtOnce() throws InterruptedException {
            assertThat(openAfterClose.poll(60, TimeUnit.SECONDS))
                    .as("open after close()")
                    .isFalse();
        }
    }

    private final Probe probe = new Probe();
    private ServerSocket listener;

    @BeforeEach
    void listen() throws Exception {
        listener = Loops.plainListener();
    }

    @AfterEach
    void stop() throws Exception {
        listener.close();
    }

    /** More bytes than any socket accepts. */
    private static Flux<ByteBuf> endless() {
        return Flux.generate(sink -> sink.next(Unpooled.wrappedBuffer(new byte[32_768])));
    }

    /** The peer does not read, so that writes eventually stay pending. */
    private static void awaitPendingWrites(Channel channel) {
        await().until(() -> channel.eventLoop()
                .submit(() -> channel.unsafe().outboundBuffer() != null
                        && !channel.unsafe().outboundBuffer().isEmpty()
                        && !channel.isWritable())
                .get());
    }

    private TcpClient client() {
        return TcpClient.create()
                .runOn(loops.resources())
                .host("127.0.0.1")
                .port(listener.getLocalPort())
                .doOnChannelInit(
                        (observer, channel, remote) -> channel.pipeline().addFirst(probe));
    }

    @Test
    void aDisposedConnection() throws Exception {
        Connection connection = client().connectNow();
        try (Peer peer = Peer.accept(listener)) {
            connection.outbound().send(endless()).then().subscribe(null, failure -> {});
            awaitPendingWrites(connection.channel());
            connection.dispose();
            probe.assertClosedAtOnce();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    @Test
    void aWriteThatTimesOut() throws Exception {
        Connection connection = client().connectNow();
        connection.addHandlerLast(new WriteTimeoutHandler(50, TimeUnit.MILLISECONDS));
        try (Peer peer = Peer.accept(listener)) {
            connection.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[16_000_000]));
            probe.assertClosedAtOnce();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    /** A peer that does not read the close_notify: SslHandler closes by force after its time-out. */
    @Test
    void aTlsConnectionThatIsClosedByForce() throws Exception {
        try (ServerSocket tls = Certificates.jdkServer()
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            CompletableFuture<SSLSocket> accepted = CompletableFuture.supplyAsync(() -> handshaken(tls));
            Connection connection = TcpClient.create()
                    .runOn(loops.resources())
                    .host("127.0.0.1")
                    .port(tls.getLocalPort())
                    .secure(spec -> spec.sslContext(Certificates.http1Client(SslProvider.JDK)))
                    .doOnChannelInit(
                            (observer, channel, remote) -> channel.pipeline().addFirst(probe))
                    .connectNow();
            try (SSLSocket peer = accepted.get()) {
                connection.channel().pipeline().get(SslHandler.class).setCloseNotifyFlushTimeoutMillis(50);
                connection.outbound().send(endless()).then().subscribe(null, failure -> {});
                awaitPendingWrites(connection.channel());
                connection.channel().close();
                probe.assertClosedAtOnce();
                assertThat(peer.isClosed()).isFalse();
            }
        }
    }

    private static SSLSocket handshaken(ServerSocket tls) {
        try {
            SSLSocket socket = (SSLSocket) tls.accept();
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The pool has one connection. The next request gets its slot when the upload is abandoned, while the peer still
     * does not read.
     */
    @Test
    void thePoolGetsTheSlotOfAnUploadThatIsGivenUp() throws Exception {
        ConnectionProvider pool = ConnectionProvider.create("one", 1);
        try {
            CompletableFuture<Channel> first = new CompletableFuture<>();
            HttpClient client = HttpClient.create(pool)
                    .runOn(loops.resources())
                    .host("127.0.0.1")
                    .port(listener.getLocalPort())
                    .doOnChannelInit((observer, channel, remote) -> {
                        if (first.complete(channel)) {
                            channel.pipeline().addFirst(probe);
                        }
                    });
            Disposable upload =
                    client.post().uri("/").send(endless()).response().subscribe(answer -> {}, failure -> {});
            try (Peer stuck = Peer.accept(listener)) {
                awaitPendingWrites(first.get());
                CompletableFuture<String> next = client.get()
                        .uri("/")
                        .responseContent()
                        .aggregate()
                        .asString()
                        .toFuture();
                upload.dispose();
                probe.assertClosedAtOnce();
                try (Peer second = Peer.accept(listener)) {
                    second.textUntil("\r\n\r\n");
                    second.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    assertThat(next.get()).isEqualTo("ok");
                }
                assertThat(stuck.socket().isClosed()).isFalse();
                assertThat(loops.count(Counter.BYTES_WRITTEN)).isPositive();
            }
        } finally {
            pool.disposeLater().block();
        }
    }
}
