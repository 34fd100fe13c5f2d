package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.PrematureCloseException;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.SslProvider.SslContextSpec;
import reactor.test.StepVerifier;

/** HTTP/1.1 over TLS, with the JDK's engine and BoringSSL's, and the end of connections. */
@OnEveryPoller
class TlsTest {

    private static final byte[] LARGE = Digest.bytes(4 << 20, 3);
    private static final String LARGE_DIGEST = Digest.of(LARGE).end();

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final List<Object> engines = new CopyOnWriteArrayList<>();

    private DisposableServer serve(SslProvider provider) {
        return serve(spec -> spec.sslContext(Certificates.http1Server(provider)));
    }

    private DisposableServer serve(Consumer<SslContextSpec> security) {
        return Http.server(loops)
                .secure(security)
                .doOnChannelInit((observer, channel, remote) ->
                        engines.add(channel.pipeline().get(SslHandler.class).engine()))
                .route(routes -> routes.get("/large", (request, response) -> response.send(Http.pieces(LARGE, 30_000)))
                        .get(
                                "/until-end",
                                (request, response) -> response.keepAlive(false)
                                        .chunkedTransfer(false)
                                        .send(Http.pieces(LARGE, 30_000)))
                        .post(
                                "/echo",
                                (request, response) ->
                                        response.send(request.receive().retain())))
                .bindNow();
    }

    @Test
    void boringSslIsThere() {
        assertThat(OpenSsl.unavailabilityCause()).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL", "OPENSSL_REFCNT"})
    void largeBodiesGoBothWaysAtOnceAndEnginesAreReleased(SslProvider provider) throws Exception {
        ConnectionProvider pool = ConnectionProvider.create("tls", 4);
        SslContext serving = Certificates.http1Server(provider).sslContext();
        SslContext trusting = Certificates.http1Client(provider).sslContext();
        DisposableServer server = serve(spec -> spec.sslContext(serving));
        List<String> digests = Flux.range(0, 4)
                .flatMap(i -> Http.client(loops, pool, server)
                        .secure(spec -> spec.sslContext(trusting))
                        .post()
                        .uri("/echo")
                        .send(Http.pieces(LARGE, 20_000 + i))
                        .responseContent()
                        .reduceWith(Digest::new, Digest::add)
                        .map(Digest::end))
                .collectList()
                .block();
        assertThat(digests).hasSize(4).containsOnly(LARGE_DIGEST);
        pool.disposeLater().block();
        loops.close();
        ReferenceCountUtil.release(serving);
        ReferenceCountUtil.release(trusting);
        assertThat(engines).hasSize(4).allSatisfy(engine -> {
            if (engine instanceof ReferenceCounted counted) {
                assertThat(counted.refCnt()).isZero();
            }
        });
    }

    private Socket connect(DisposableServer server) throws Exception {
        return Certificates.jdkClient().getSocketFactory().createSocket("127.0.0.1", server.port());
    }

    /** The JDK's socket throws if the stream ends without a close_notify. */
    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aBodyThatTheEndDelimitsEndsWithCloseNotify(SslProvider provider) throws Exception {
        DisposableServer server = serve(provider);
        try (Peer peer = new Peer(connect(server))) {
            peer.send("GET /until-end HTTP/1.1\r\nHost: x\r\n\r\n");
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                head += new String(peer.read(1), java.nio.charset.StandardCharsets.ISO_8859_1);
            }
            assertThat(head).doesNotContainIgnoringCase("content-length").doesNotContainIgnoringCase("chunked");
            assertThat(peer.digest().end()).isEqualTo(LARGE_DIGEST);
        }
    }

    private Flux<Long> receive(ServerSocket listener, SslProvider provider) {
        return HttpClient.newConnection()
                .runOn(loops.resources())
                .secure(spec -> spec.sslContext(Certificates.http1Client(provider)))
                .get()
                .uri("https://127.0.0.1:" + listener.getLocalPort() + "/")
                .responseContent()
                .map(piece -> (long) piece.readableBytes());
    }

    /** Listens on plain TCP below TLS, so that the stream can end without a close_notify. */
    private static CompletableFuture<Void> answerAndCut(ServerSocket listener, String head, byte[] body) {
        return CompletableFuture.runAsync(() -> {
            try (Socket tcp = listener.accept();
                    SSLSocket tls = (SSLSocket)
                            Certificates.jdkServer().getSocketFactory().createSocket(tcp, null, false)) {
                tls.setUseClientMode(false);
                Peer peer = new Peer(tls);
                peer.textUntil("\r\n\r\n");
                peer.send(head).send(body);
                tcp.shutdownOutput(); // FIN, and no close_notify
                tcp.getInputStream().readAllBytes();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    /** All bytes before the cut are delivered first. */
    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aBodyCutShortIsAnErrorAfterWhatCame(SslProvider provider) throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            CompletableFuture<Void> server =
                    answerAndCut(listener, "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n", new byte[100_000]);
            long[] sum = new long[1];
            StepVerifier.create(receive(listener, provider).doOnNext(n -> sum[0] += n))
                    .thenConsumeWhile(n -> true)
                    .expectError(PrematureCloseException.class)
                    .verify();
            assertThat(sum[0]).isEqualTo(100_000);
            server.get();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aClientThatStopsInTheHandshakeLeavesNothingBehind(SslProvider provider) throws Exception {
        DisposableServer server = serve(provider);
        for (int i = 0; i < 50; i++) {
            try (Peer peer = Peer.connect(server.address())) {
                peer.send(new byte[] {22, 3, 1, 0, 100, 1, 0}); // the beginning of a ClientHello
                if (i % 2 == 0) {
                    peer.end();
                    assertThat(peer.readToEnd()).isEmpty();
                } else {
                    peer.reset();
                }
            }
        }
        try (Peer peer = new Peer(connect(server))) {
            peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
                    .textUntil("hello");
        }
    }

    /** A JDK client that has ended its output but still reads counts as closed, as with Netty's transports. */
    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void closeNotifyOfTheClientEndsTheConnection(SslProvider provider) throws Exception {
        DisposableServer server = serve(provider);
        try (SSLSocket socket = (SSLSocket) connect(server)) {
            Peer peer = new Peer(socket);
            peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
                    .textUntil("0\r\n\r\n");
            socket.shutdownOutput();
            assertThat(peer.readToEnd()).isEmpty();
        } catch (IOException e) {
            throw new AssertionError("the server ended without close_notify", e);
        }
    }
}
