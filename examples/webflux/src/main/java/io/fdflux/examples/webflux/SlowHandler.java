package io.fdflux.examples.webflux;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /slow}: a handler that never answers. When its peer goes away, WebFlux cancels the handler although nothing is
 * read or written. {@code /stats} shows the counts.
 */
@Component
class SlowHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SlowHandler.class);

    private final AtomicLong started = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();

    /**
     * Counts of all calls so far.
     *
     * @param started   number of calls
     * @param cancelled number of cancelled calls
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
