package io.fdflux.examples.webflux;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code /stats}: the counters of the transport as server-sent events, immediately and then once per second. */
@Component
class StatsHandler {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final FdLoops loops;
    private final SlowHandler slow;

    /** Takes the loops, which are absent if fdflux is disabled or cannot run. */
    StatsHandler(ObjectProvider<FdLoops> loops, SlowHandler slow) {
        this.loops = loops.getIfAvailable();
        this.slow = slow;
    }

    /**
     * One event.
     *
     * @param poller       null if fdflux is not in use
     * @param total        the sum over all loops
     * @param loops        the counters of each loop
     * @param slow         the calls of {@code /slow}
     * @param directMemory bytes that Netty's allocator holds outside the heap, -1 if unknown
     */
    record Stats(
            String poller,
            Map<String, Long> total,
            List<Map<String, Long>> loops,
            SlowHandler.Calls slow,
            long directMemory) {}

    Mono<ServerResponse> stats(ServerRequest request) {
        Flux<ServerSentEvent<Stats>> events = Flux.interval(Duration.ZERO, INTERVAL)
                .onBackpressureDrop() // for a slow peer
                .map(second -> ServerSentEvent.builder(current())
                        .id(Long.toString(second))
                        .build());
        return ServerResponse.ok()
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .body(BodyInserters.fromServerSentEvents(events));
    }

    private Stats current() {
        List<Map<String, Long>> each = loops == null
                ? List.of()
                : loops.counters().stream().map(LoopCounters::asMap).toList();
        Map<String, Long> total = new LinkedHashMap<>();
        each.forEach(loop -> loop.forEach((counter, value) -> total.merge(counter, value, Long::sum)));
        return new Stats(loops == null ? null : loops.pollerName(), total, each, slow.calls(), directMemory());
    }

    private static long directMemory() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : -1;
    }
}
