package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;

/** HTTP/2 without TLS, by prior knowledge. The load decides how many streams a connection has. */
final class Http2Scenario implements Scenario {

    @Override
    public Served serve(TransportLoops loops, int port) {
        return Served.of(Http.server(loops, port)
                .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
                .handle((request, response) -> response.sendString(Mono.just(Http.HELLO)))
                .bindNow());
    }
}
