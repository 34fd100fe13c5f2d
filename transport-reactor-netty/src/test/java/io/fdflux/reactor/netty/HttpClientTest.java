package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty's client, against the JDK's server and its own. */
@OnEveryPoller
class HttpClientTest {

    private static final int CALLS = 2_000;
    private static final int CONCURRENT = 100;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final ConnectionProvider pool = ConnectionProvider.create("test", CONCURRENT);
    private ExecutorService executor;
    private HttpServer plain;

    @BeforeEach
    void serve() throws Exception {
        plain = HttpServer.create(Loops.anyPort(), 1000);
        executor = Executors.newFixedThreadPool(4);
        plain.setExecutor(executor);
        plain.createContext("/", exchange -> {
            byte[] body = ("<" + exchange.getRequestURI().getPath().substring(1) + ">").getBytes();
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        plain.start();
    }

    @AfterEach
    void stop() {
        pool.dispose();
        plain.stop(0);
        executor.shutdown();
    }

    private HttpClient client() {
        return HttpClient.create(pool).runOn(loops.resources());
    }

    private static List<String> call(HttpClient client) {
        return Flux.range(0, CALLS)
                .flatMapSequential(
                        i -> client.get()
                                .uri("/" + i)
                                .responseContent()
                                .aggregate()
                                .asString(),
                        CONCURRENT)
                .collectList()
                .block();
    }

    private static List<String> answers() {
        return IntStream.range(0, CALLS).mapToObj(i -> "<" + i + ">").toList();
    }

    @Test
    void aHundredCallsAtOnceOfAServerOfTheJdk() {
        assertThat(call(client().remoteAddress(plain::getAddress))).isEqualTo(answers());
    }

    @Test
    void aHundredCallsAtOnceOfOurOwnServer() {
        DisposableServer server = reactor.netty.http.server.HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .route(routes -> routes.get(
                        "/{n}", (request, response) -> response.sendString(Mono.just("<" + request.param("n") + ">"))))
                .bindNow();
        assertThat(call(client().remoteAddress(server::address))).isEqualTo(answers());
        assertThat(loops.count(Counter.ACCEPTED)).as("connections are kept").isLessThanOrEqualTo(CONCURRENT);
        server.disposeNow();
    }

    @Test
    void aNameIsResolvedOnTheWay() {
        String answer = client().get()
                .uri("http://localhost:" + plain.getAddress().getPort() + "/name")
                .responseContent()
                .aggregate()
                .asString()
                .block();
        assertThat(answer).isEqualTo("<name>");
    }
}
