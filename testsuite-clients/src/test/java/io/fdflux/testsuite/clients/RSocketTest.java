package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.reactor.netty.ReactorLoops;
import io.fdflux.test.BuffersReleased;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.RSocketServer;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.DefaultPayload;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;
import reactor.util.retry.Retry;

/** RSocket over TCP with both ends on the loops: demand crosses the connection in frames of its own. */
@OnEveryPoller
@ExtendWith(BuffersReleased.class)
class RSocketTest {

    private static final int ELEMENTS = 20_000;
    private static final int BATCH = 64;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final Set<Class<?>> channels = ConcurrentHashMap.newKeySet();
    private final AtomicInteger produced = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final Queue<RSocket> peers = new ConcurrentLinkedQueue<>();
    private CloseableChannel server;
    private RSocket client;

    @BeforeEach
    void connect() {
        server = serve(Loops.anyPort());
        client = RSocketConnector.create()
                .connect(TcpClientTransport.create(tcp(server.address())))
                .block();
    }

    private TcpClient tcp(InetSocketAddress address) {
        return TcpClient.create()
                .runOn(loops.resources())
                .remoteAddress(() -> address)
                .doOnConnected(connection -> channels.add(connection.channel().getClass()));
    }

    private CloseableChannel serve(InetSocketAddress address) {
        TcpServer tcp = TcpServer.create()
                .runOn(loops.resources())
                .bindAddress(() -> address)
                .doOnConnection(connection -> channels.add(connection.channel().getClass()));
        SocketAcceptor acceptor = (setup, peer) -> {
            peers.add(peer);
            return Mono.just(new Service());
        };
        return RSocketServer.create(acceptor)
                .bind(TcpServerTransport.create(tcp))
                .block();
    }

    private final class Service implements RSocket {
        @Override
        public Mono<Payload> requestResponse(Payload payload) {
            return Mono.just(DefaultPayload.create(payload.getDataUtf8() + "!")).doFinally(end -> payload.release());
        }

        @Override
        public Flux<Payload> requestStream(Payload payload) {
            payload.release();
            return Flux.range(0, ELEMENTS)
                    .doOnNext(i -> produced.incrementAndGet())
                    .doOnCancel(cancelled::incrementAndGet)
                    .map(i -> DefaultPayload.create(Integer.toString(i)));
        }

        @Override
        public Flux<Payload> requestChannel(Publisher<Payload> payloads) {
            return Flux.from(payloads);
        }
    }

    @AfterEach
    void close() {
        client.dispose();
        stopServer();
    }

    private void stopServer() {
        server.dispose(); // the listener alone
        server.onClose().block();
        peers.forEach(RSocket::dispose);
    }

    private Mono<String> ask(String text) {
        return client.requestResponse(DefaultPayload.create(text)).map(RSocketTest::text);
    }

    private static String text(Payload payload) {
        String text = payload.getDataUtf8();
        payload.release();
        return text;
    }

    @Test
    void twoThousandRequestsAtOnceShareTheWrites() {
        long writes = loops.count(Counter.WRITE_CALLS);
        List<String> answers = Flux.range(0, 2_000)
                .flatMap(i -> ask("hello " + i), 2_000)
                .collectList()
                .block();
        assertThat(answers)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 2_000)
                        .mapToObj(i -> "hello " + i + "!")
                        .toList());
        assertThat(channels).containsExactly(FdSocketChannel.class);
        assertThat(loops.count(Counter.WRITE_CALLS) - writes).isLessThan(2_000);
    }

    @Test
    void aStreamComesWholeByDemand() {
        assertThat(client.requestStream(DefaultPayload.create("all"))
                        .map(RSocketTest::text)
                        .limitRate(BATCH)
                        .index()
                        .doOnNext(element -> assertThat(element.getT2())
                                .isEqualTo(element.getT1().toString()))
                        .count()
                        .block())
                .isEqualTo(ELEMENTS);
    }

    @Test
    void nothingIsProducedNorReadWithoutDemandAndACancelArrives() {
        Batches<String> elements = new Batches<>();
        client.requestStream(DefaultPayload.create("some"))
                .map(RSocketTest::text)
                .subscribe(elements);
        for (int i = 1; i <= 10; i++) {
            int expected = i * BATCH;
            elements.request(BATCH);
            await().until(() -> elements.count() == expected);
            loops.turn();
            assertThat(produced).hasValue(expected);
            long bytes = loops.count(Counter.BYTES_READ);
            loops.turn();
            assertThat(loops.count(Counter.BYTES_READ)).isEqualTo(bytes);
        }
        elements.cancel();
        await().until(() -> cancelled.get() == 1);
        assertThat(ask("after it").block()).isEqualTo("after it!");
    }

    @Test
    void aChannelEchoesBothWays() {
        List<String> echoes = client.requestChannel(
                        Flux.range(0, 10_000).map(i -> DefaultPayload.create(Integer.toString(i))))
                .map(RSocketTest::text)
                .collectList()
                .block();
        assertThat(echoes)
                .isEqualTo(
                        IntStream.range(0, 10_000).mapToObj(Integer::toString).toList());
    }

    @Test
    void aServerThatGoesAwayEndsItsStreamsAndIsFoundAgain() {
        InetSocketAddress address = server.address();
        Mono<RSocket> reconnecting = RSocketConnector.create()
                .reconnect(Retry.fixedDelay(200, Duration.ofMillis(20)))
                .connect(TcpClientTransport.create(tcp(address)));
        Batches<String> elements = new Batches<>();
        reconnecting
                .block()
                .requestStream(DefaultPayload.create(""))
                .map(RSocketTest::text)
                .subscribe(elements);
        elements.request(BATCH);
        await().until(() -> elements.count() == BATCH);

        stopServer();
        await().until(() -> elements.failure() != null);
        assertThatThrownBy(() -> ask("nobody").block()).isInstanceOf(Exception.class);

        server = serve(address);
        String answer = reconnecting
                .flatMap(socket -> socket.requestResponse(DefaultPayload.create("again")))
                .map(RSocketTest::text)
                .retryWhen(Retry.fixedDelay(100, Duration.ofMillis(20)))
                .block();
        assertThat(answer).isEqualTo("again!");
        reconnecting.block().dispose();
    }
}
