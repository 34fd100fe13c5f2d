package io.fdflux.benchmarks.program.scenario;

import static org.springframework.web.reactive.function.server.RequestPredicates.GET;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;

/** Spring WebFlux: an answer of 100 elements as NDJSON, each of which WebFlux flushes. */
final class NdjsonScenario implements Scenario {

    static final int ELEMENTS = 100;

    /** One line of the answer. */
    record Element(int number, String text) {}

    @Override
    public Served serve(TransportLoops loops, int port) {
        RouterFunction<ServerResponse> router = route(
                GET("/"),
                request -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_NDJSON)
                        .body(Flux.range(0, ELEMENTS).map(number -> new Element(number, Http.HELLO)), Element.class));
        return Served.of(Http.server(loops, port)
                .handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(router)))
                .bindNow());
    }
}
