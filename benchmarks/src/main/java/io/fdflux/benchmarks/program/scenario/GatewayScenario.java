package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * A gateway: server, pooled client and backend on the same loops. A request is six messages: three hops are sent to and
 * read from.
 */
final class GatewayScenario implements Scenario {

    private static final int MOST_CONNECTIONS = 1024;

    @Override
    public Served serve(TransportLoops loops, int port) {
        DisposableServer backend = Http.server(loops, 0)
                .handle((request, response) -> response.sendString(Mono.just(Http.HELLO)))
                .bindNow();
        ConnectionProvider pool = ConnectionProvider.create("gateway", MOST_CONNECTIONS);
        HttpClient client =
                HttpClient.create(pool).runOn(loops.resources()).remoteAddress(() -> Http.loopback(backend.port()));
        return Served.of(Http.server(loops, port)
                        .handle((request, response) -> client.get()
                                .uri(request.uri())
                                .response((answer, body) -> response.status(answer.status())
                                        .headers(answer.responseHeaders())
                                        .send(body.retain())))
                        .bindNow())
                .then(pool::dispose)
                .then(backend::disposeNow);
    }
}
