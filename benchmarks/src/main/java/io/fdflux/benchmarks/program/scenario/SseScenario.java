package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import reactor.core.publisher.Flux;

/** Server-sent events: an answer of 100 elements, each flushed. */
final class SseScenario implements Scenario {

    static final int EVENTS = 100;

    @Override
    public Served serve(TransportLoops loops, int port) {
        return Served.of(Http.server(loops, port)
                .handle((request, response) -> response.sse().send(events(response.alloc()), event -> true))
                .bindNow());
    }

    private static Flux<ByteBuf> events(ByteBufAllocator allocator) {
        return Flux.range(0, EVENTS).map(number -> ByteBufUtil.writeAscii(allocator, event(number)));
    }

    static String event(int number) {
        return "data: " + number + "\n\n";
    }
}
