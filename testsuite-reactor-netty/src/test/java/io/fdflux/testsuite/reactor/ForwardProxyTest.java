package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.transport.ProxyProvider.Proxy;
import reactor.test.StepVerifier;

/** Clients behind a proxy. */
@OnEveryPoller
class ForwardProxyTest {

    private static final byte[] BODY = Digest.bytes(1 << 20, 5);

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final ConnectionProvider pool = ConnectionProvider.create("proxied", 1);

    @AfterEach
    void closePool() {
        pool.disposeLater().block();
    }

    private DisposableServer serve(boolean tls) {
        HttpServer server = Http.server(loops);
        if (tls) {
            server = server.secure(spec -> spec.sslContext(Certificates.http1Server(SslProvider.JDK)));
        }
        return server.route(routes -> routes.post(
                        "/echo",
                        (request, response) -> response.send(request.receive().retain())))
                .bindNow();
    }

    private HttpClient client(Proxy kind, ForwardProxy proxy, String password) {
        return HttpClient.create(pool)
                .runOn(loops.resources())
                .secure(spec -> spec.sslContext(Certificates.http1Client(SslProvider.JDK)))
                .proxy(spec -> spec.type(kind)
                        .host("127.0.0.1")
                        .port(proxy.port())
                        .username("joe")
                        .password(user -> password));
    }

    private static reactor.core.publisher.Mono<String> echo(HttpClient client, boolean tls, int port) {
        return client.post()
                .uri((tls ? "https" : "http") + "://localhost:" + port + "/echo")
                .send(Http.pieces(BODY, 10_000))
                .responseContent()
                .reduceWith(Digest::new, Digest::add)
                .map(Digest::end);
    }

    @ParameterizedTest
    @CsvSource({"HTTP,false", "HTTP,true", "SOCKS5,false", "SOCKS5,true"})
    void everythingGoesThroughTheProxyAndTheConnectionIsKept(Proxy kind, boolean tls) throws Exception {
        DisposableServer server = serve(tls);
        try (ForwardProxy proxy = new ForwardProxy("joe", "secret")) {
            HttpClient client = client(kind, proxy, "secret");
            for (int i = 0; i < 5; i++) {
                assertThat(echo(client, tls, server.port()).block())
                        .isEqualTo(Digest.of(BODY).end());
            }
            assertThat(proxy.asked())
                    .singleElement()
                    .asString()
                    .endsWith(":" + server.port())
                    .startsWith(kind == Proxy.HTTP ? "CONNECT " : "SOCKS5 ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP", "SOCKS5"})
    void aWrongPasswordIsAnErrorThatTheProxyNames(Proxy kind) throws Exception {
        DisposableServer server = serve(false);
        try (ForwardProxy proxy = new ForwardProxy("joe", "secret")) {
            StepVerifier.create(echo(client(kind, proxy, "wrong"), false, server.port()))
                    .expectError(ProxyConnectException.class)
                    .verify();
        }
    }
}
