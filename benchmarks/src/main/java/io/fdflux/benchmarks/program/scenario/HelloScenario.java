package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import java.net.InetSocketAddress;
import java.util.function.IntFunction;
import reactor.core.publisher.Mono;

/** The smallest answer: what is measured are connections and requests. */
final class HelloScenario implements Scenario {

    private final IntFunction<InetSocketAddress> address;

    private HelloScenario(IntFunction<InetSocketAddress> address) {
        this.address = address;
    }

    static HelloScenario onLoopback() {
        return new HelloScenario(Http::loopback);
    }

    /** A connection's local address is then not the listener's, and whoever asks for it needs getsockname(2). */
    static HelloScenario onWildcard() {
        return new HelloScenario(InetSocketAddress::new);
    }

    @Override
    public Served serve(TransportLoops loops, int port) {
        return Served.of(Http.server(loops, port)
                .bindAddress(() -> address.apply(port))
                .handle((request, response) -> response.sendString(Mono.just(Http.HELLO)))
                .bindNow());
    }
}
