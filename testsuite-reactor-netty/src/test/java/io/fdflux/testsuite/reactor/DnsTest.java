package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
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
import reactor.test.StepVerifier;

/** Name resolution over this transport's datagrams, and over TCP for answers that are too long for them. */
@OnEveryPoller
class DnsTest {

    private static final int NAMES = 300;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final ConnectionProvider pool = ConnectionProvider.create("names", 50);
    private DnsServer names;
    private DisposableServer server;
    private DnsAddressResolverGroup resolver;

    @BeforeEach
    void serve() throws Exception {
        names = new DnsServer();
        server = Http.server(loops)
                .handle((request, response) -> response.sendString(
                        Mono.just("<" + request.requestHeaders().get("Host") + ">")))
                .bindNow();
    }

    @AfterEach
    void stop() throws Exception {
        pool.disposeLater().block();
        resolver.close();
        names.close();
    }

    private HttpClient client() {
        return HttpClient.create(pool)
                .runOn(loops.resources())
                .resolver(spec -> spec.queryTimeout(Duration.ofSeconds(2))
                        .ndots(1)
                        .searchDomains(List.of())
                        .dnsAddressResolverGroupProvider(builder -> resolver = new DnsAddressResolverGroup(
                                builder.nameServerProvider(new SequentialDnsServerAddressStreamProvider(
                                        names.address(), names.address())))));
    }

    private Mono<String> get(HttpClient client, String name) {
        return client.get()
                .uri("http://" + name + ":" + server.port() + "/")
                .responseContent()
                .aggregate()
                .asString();
    }

    private String answer(String name) {
        return "<" + name + ":" + server.port() + ">";
    }

    @Test
    void manyNamesAreAskedForAtOnce() {
        HttpClient client = client();
        List<String> answers = Flux.range(0, NAMES)
                .flatMapSequential(i -> get(client, "n" + i + ".test"), 50)
                .collectList()
                .block();
        assertThat(answers)
                .isEqualTo(IntStream.range(0, NAMES)
                        .mapToObj(i -> answer("n" + i + ".test"))
                        .toList());
        assertThat(names.overUdp.get()).isGreaterThanOrEqualTo(NAMES);
        assertThat(names.overTcp.get()).isZero();
    }

    @Test
    void anAnswerThatIsCutIsAskedForOverTcp() {
        assertThat(get(client(), "big.test").block()).isEqualTo(answer("big.test"));
        assertThat(names.overTcp.get()).isPositive();
    }

    @Test
    void aQuestionThatGetsLostIsAskedAgain() {
        assertThat(get(client(), "lost.test").block()).isEqualTo(answer("lost.test"));
    }

    @Test
    void anUnknownNameIsNamedInTheFailure() {
        StepVerifier.create(get(client(), "none.test"))
                .expectErrorSatisfies(cause -> assertThat(cause)
                        .isInstanceOf(UnknownHostException.class)
                        .hasMessageContaining("none.test"))
                .verify();
    }
}
