package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Tls;
import io.fdflux.reactor.netty.ReactorLoops;
import io.fdflux.test.BuffersReleased;
import io.netty.handler.ssl.SslContext;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.RSocketServer;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.DefaultPayload;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** RSocket over TLS with both ends on the loops. */
@OnEveryPoller
@ExtendWith(BuffersReleased.class)
class RSocketTlsTest {

    private static final int REQUESTS = 2_000;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    /** TLS keeps a buffer for good. */
    @BeforeAll
    static void warmUp() throws Exception {
        ReactorLoops loops = new ReactorLoops(1);
        echoes(loops, 1);
        loops.close();
    }

    @Test
    void twoThousandRequestsAtOnceShareTheWrites() throws Exception {
        assertThat(echoes(loops, REQUESTS))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, REQUESTS).mapToObj(i -> i + "!").toList());
        assertThat(loops.count(Counter.ACCEPTED)).isEqualTo(1);
        assertThat(loops.count(Counter.WRITE_CALLS)).isLessThan(REQUESTS);
    }

    /** {@return the answers to as many requests at once} The connection and its server end before the return. */
    private static List<String> echoes(ReactorLoops loops, int requests) throws Exception {
        SslContext serving = Tls.server();
        SslContext connecting = Tls.client();
        Queue<RSocket> peers = new ConcurrentLinkedQueue<>();
        CloseableChannel server = RSocketServer.create((setup, peer) -> {
                    peers.add(peer);
                    return Mono.just(new Echo());
                })
                .bindNow(TcpServerTransport.create(TcpServer.create()
                        .runOn(loops.resources())
                        .bindAddress(Loops::anyPort)
                        .secure(tls -> tls.sslContext(serving))));
        RSocket client = RSocketConnector.connectWith(TcpClientTransport.create(TcpClient.create()
                        .runOn(loops.resources())
                        .remoteAddress(server::address)
                        .secure(tls -> tls.sslContext(connecting))))
                .block();
        List<String> answers = Flux.range(0, requests)
                .flatMap(
                        i -> client.requestResponse(DefaultPayload.create(Integer.toString(i)))
                                .map(RSocketTlsTest::text),
                        requests)
                .collectList()
                .block();
        client.dispose();
        server.dispose(); // the listener alone
        server.onClose().block();
        peers.forEach(RSocket::dispose);
        return answers;
    }

    private static String text(Payload payload) {
        String text = payload.getDataUtf8();
        payload.release();
        return text;
    }

    private static final class Echo implements RSocket {
        @Override
        public Mono<Payload> requestResponse(Payload payload) {
            return Mono.just(DefaultPayload.create(text(payload) + "!"));
        }
    }
}
