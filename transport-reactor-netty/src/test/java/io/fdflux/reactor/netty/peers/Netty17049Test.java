package io.fdflux.reactor.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Tls;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/**
 * Of several thousand streamed responses over a kept-alive TLS connection, one never came, because io_uring's channel
 * had lost the read. Reported with one connection and one request at a time.
 */
@OnEveryPoller
@DisplayName("netty 17049: streamed responses over keep-alive TLS never stall")
class Netty17049Test {

    /** Responses per case, with four cases: 10,000 in all, or 200,000 with {@code -Dfdflux.test.long=true}. */
    private static final int RESPONSES = Boolean.getBoolean("fdflux.test.long") ? 50_000 : 2_500;

    private static final Duration STALLED = Duration.ofSeconds(60);
    private static final int LINES = 10;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private TlsLines plain;
    private DisposableServer own;
    private ConnectionProvider pool;

    private static List<String> lines(String path) {
        return IntStream.range(0, LINES)
                .mapToObj(line -> "{\"response\":" + path.substring(1) + ",\"line\":" + line + "}\n")
                .toList();
    }

    private InetSocketAddress ownServer() throws Exception {
        var tls = Tls.server();
        own = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .secure(spec -> spec.sslContext(tls))
                .handle((request, response) -> response.send(
                        Flux.fromIterable(lines(request.uri()))
                                .map(line -> ByteBufUtil.writeAscii(ByteBufAllocator.DEFAULT, line)),
                        buffer -> true))
                .bindNow();
        return (InetSocketAddress) own.address();
    }

    @AfterEach
    void stop() throws IOException {
        if (pool != null) {
            pool.dispose();
        }
        if (plain != null) {
            plain.close();
        }
        if (own != null) {
            own.disposeNow();
        }
    }

    @ParameterizedTest(name = "server {0}, {1} connections")
    @CsvSource({"jdk,1", "jdk,8", "fdflux,1", "fdflux,8"})
    @Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyResponseCompletes(String server, int connections) throws Exception {
        if (server.equals("jdk")) {
            plain = new TlsLines(Netty17049Test::lines);
        }
        InetSocketAddress address = plain == null ? ownServer() : plain.address();
        pool = ConnectionProvider.create("test", connections);
        var tls = Tls.client();
        HttpClient client = HttpClient.create(pool)
                .runOn(loops.resources())
                .remoteAddress(() -> address)
                .secure(spec -> spec.sslContext(tls))
                .responseTimeout(STALLED);
        Long completed = Flux.range(0, RESPONSES)
                .flatMap(number -> response(client, number), connections)
                .count()
                .block();
        assertThat(completed).isEqualTo(RESPONSES);
    }

    private static Mono<String> response(HttpClient client, int number) {
        return client.get()
                .uri("/" + number)
                .responseContent()
                .aggregate()
                .asString()
                .timeout(STALLED)
                .doOnNext(body -> assertThat(body).isEqualTo(String.join("", lines("/" + number))));
    }
}
