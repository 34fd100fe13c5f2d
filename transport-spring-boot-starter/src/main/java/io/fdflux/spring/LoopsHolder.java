package io.fdflux.spring;

import io.fdflux.FdLoops;
import io.fdflux.reactor.netty.FdLoopResources;
import java.time.Duration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/**
 * Opens the loops on first use, and closes them as the last bean that uses them. By then the web server has stopped,
 * gracefully if so configured, and the connection pool of the clients has been closed. Spring calls it from one thread
 * at a time.
 */
final class LoopsHolder implements AutoCloseable {

    private static final Log LOG = LogFactory.getLog(FdFluxAutoConfiguration.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(LoopResources.DEFAULT_SHUTDOWN_TIMEOUT);

    private final Duration quietPeriod;
    private FdLoopResources resources;

    /**
     * Stores the quiet period for the shutdown.
     *
     * @param quietPeriod null for Reactor Netty's default
     * @throws InvalidConfigurationPropertyValueException if it is negative
     */
    LoopsHolder(Duration quietPeriod) {
        this.quietPeriod =
                quietPeriod != null ? quietPeriod : Duration.ofSeconds(LoopResources.DEFAULT_SHUTDOWN_QUIET_PERIOD);
        if (this.quietPeriod.isNegative()) {
            throw new InvalidConfigurationPropertyValueException(
                    "spring.reactor.netty.shutdown-quiet-period",
                    quietPeriod,
                    "The quiet period must not be negative.");
        }
    }

    FdLoopResources open(FdFluxProperties properties) {
        // Daemon threads, because the web server keeps the JVM alive, as with Reactor Netty's own loops.
        FdLoopResources.Builder builder = FdLoopResources.builder("fdflux-http")
                .loops(properties.loopCount())
                .daemon(true);
        if (!properties.anyPoller()) {
            builder.poller(properties.poller().strip());
        }
        resources = builder.build();
        FdLoops loops = resources.loops();
        LOG.info("fdflux: poller %s, %d event loop%s"
                .formatted(loops.pollerName(), loops.count(), loops.count() == 1 ? "" : "s"));
        return resources;
    }

    @Override
    public void close() {
        if (resources == null) {
            return;
        }
        Duration timeout = quietPeriod.compareTo(TIMEOUT) > 0
                ? quietPeriod
                : TIMEOUT; // a timeout below the quiet period is refused
        Mono<Void> closed = resources.disposeLater(quietPeriod, timeout);
        if (Schedulers.isInNonBlockingThread()) {
            // A request handler may close its own application, and a loop cannot wait for its own end.
            closed.subscribe(null, error -> LOG.warn("fdflux: closing the event loops failed", error));
        } else {
            closed.block();
        }
    }
}
