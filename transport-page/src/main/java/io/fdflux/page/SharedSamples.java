package io.fdflux.page;

import java.time.Duration;
import reactor.core.publisher.Mono;

/** Gives those who ask at about the same time the same sample. Thread-safe. */
final class SharedSamples {

    private final Mono<String> fresh;
    private final long keptNanos;
    /** Guarded by this. */
    private Mono<String> shared;

    private long takenAt;

    SharedSamples(Mono<String> fresh, Duration kept) {
        this.fresh = fresh;
        this.keptNanos = kept.toNanos();
    }

    /** {@return one sample, taken at the subscription or shortly before} */
    Mono<String> sample() {
        return Mono.defer(this::current);
    }

    private synchronized Mono<String> current() {
        long now = System.nanoTime();
        if (shared == null || now - takenAt >= keptNanos) {
            takenAt = now;
            shared = fresh.cache();
        }
        return shared;
    }
}
