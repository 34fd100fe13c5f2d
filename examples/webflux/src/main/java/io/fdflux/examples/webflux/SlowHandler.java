package io.fdflux.examples.webflux;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /slow}: a handler that works for ever. When its peer goes away, WebFlux cancels it although nothing is read or
 * written; the numbers are part of {@code /stats}.
 */
@Component
class SlowHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SlowHandler.class);

    private final AtomicLong started = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();

    /**
     * Counts of all calls so far.
     *
     * @param started   how many there were
     * @param cancelled how many of them were cancelled
     */
    record Calls(long started, long cancelled) {}

    Mono<ServerResponse> slow(ServerRequest request) {
        return Mono.<ServerResponse>never()
                .doOnSubscribe(subscription -> started.incrementAndGet())
                .doOnCancel(() -> LOG.info("/slow: cancelled, {} so far", cancelled.incrementAndGet()));
    }

    Calls calls() {
        return new Calls(started.get(), cancelled.get());
    }
}
