package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Digest;
import io.fdflux.netty.DomainSockets;
import io.fdflux.netty.OnEveryPoller;
import io.netty.buffer.Unpooled;
import java.io.FileNotFoundException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** Reactor Netty's servers and clients on Unix-domain sockets. */
@OnEveryPoller
class DomainHttpTest {

    private static final int CALLS = 2_000;
    private static final int CONCURRENT = 50;

    @RegisterExtension
    final DomainSockets sockets = new DomainSockets();

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final ConnectionProvider pool = ConnectionProvider.create("test", CONCURRENT);

    @AfterEach
    void closePool() {
        pool.disposeLater().block();
    }

    private HttpClient client() {
        return HttpClient.create(pool).runOn(loops.resources()).remoteAddress(sockets::address);
    }

    @Test
    void manyCallsAtOnce() {
        DisposableServer server = HttpServer.create()
                .runOn(loops.resources())
                .bindAddress(sockets::address)
                .route(routes -> routes.get(
                                "/{n}",
                                (request, response) -> response.sendString(Mono.just("<" + request.param("n") + ">")))
                        .post(
                                "/echo",
                                (request, response) ->
                                        response.send(request.receive().retain())))
                .bindNow();
        assertThat(server.address()).isEqualTo(sockets.address());
        assertThat(server.path()).isEqualTo(sockets.path().toString());
        List<String> answers = Flux.range(0, CALLS)
                .flatMapSequential(
                        i -> client().get()
                                .uri("/" + i)
                                .responseContent()
                                .aggregate()
                                .asString(),
                        CONCURRENT)
                .collectList()
                .block();
        assertThat(answers)
                .isEqualTo(
                        IntStream.range(0, CALLS).mapToObj(i -> "<" + i + ">").toList());
        assertThat(loops.count(Counter.ACCEPTED)).as("connections are kept").isLessThanOrEqualTo(CONCURRENT);
        byte[] body = Digest.bytes(8 << 20, 6);
        byte[] back = client().post()
                .uri("/echo")
                .send(ByteBufFlux.fromInbound(
                        Flux.range(0, 128).map(i -> Unpooled.wrappedBuffer(body, i << 16, 1 << 16))))
                .responseContent()
                .aggregate()
                .asByteArray()
                .block();
        assertThat(back).isEqualTo(body);
        server.disposeNow();
        assertThat(sockets.path()).doesNotExist();
    }

    @Test
    void nobodyServes() {
        assertThatThrownBy(() -> client().get().uri("/").response().block())
                .hasCauseInstanceOf(FileNotFoundException.class);
    }

    @Test
    void tcpServersAndClientsToo() {
        byte[] sent = Digest.bytes(1 << 20, 7);
        DisposableServer server = TcpServer.create()
                .runOn(loops.resources())
                .bindAddress(sockets::address)
                .handle((in, out) -> out.sendByteArray(Mono.just(sent)))
                .bindNow();
        Connection client = TcpClient.create()
                .runOn(loops.resources())
                .remoteAddress(sockets::address)
                .connectNow();
        byte[] received = client.inbound()
                .receive()
                .asByteArray()
                .reduce(new Digest(), (digest, bytes) -> digest.add(bytes, bytes.length))
                .map(digest -> digest.end().getBytes())
                .block();
        assertThat(new String(received)).isEqualTo(Digest.of(sent).end());
        client.disposeNow();
        server.disposeNow();
    }
}
