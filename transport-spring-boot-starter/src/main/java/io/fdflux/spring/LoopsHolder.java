package io.fdflux.spring;

import io.fdflux.FdLoops;
import io.fdflux.reactor.netty.FdLoopResources;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/**
 * Opens the loops on first use, and closes them as the last bean that uses them. By then the web server has stopped,
 * gracefully if so configured, and the connection pools of the clients have been closed. Thread-safe: a lazy bean may
 * ask for loops on any thread.
 *
 * <p>There are up to three groups. Reactor Netty's servers and clients share the first one. Clients whose callers may
 * wait for them have the second one: such a caller may be on a loop of the first group, and must not wait for its own
 * loop. The management port has the third one, of one loop: it has to answer while the others are blocked.
 */
final class LoopsHolder implements SmartInitializingSingleton, AutoCloseable {

    private static final Log LOG = LogFactory.getLog(FdFluxAutoConfiguration.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(LoopResources.DEFAULT_SHUTDOWN_TIMEOUT);

    private final FdFluxProperties properties;
    private final Duration quietPeriod;
    private final OpenLoops open;
    private final Set<String> users = new TreeSet<>();
    private final Set<String> clients = new TreeSet<>();
    private FdLoopResources resources;
    private FdLoopResources management;
    private FdLoops clientLoops;
    private boolean started;

    /**
     * Stores the settings.
     *
     * @param quietPeriod for the shutdown; null for Reactor Netty's default
     * @param open        gets the loops that are no bean
     * @throws InvalidConfigurationPropertyValueException if it is negative
     */
    LoopsHolder(FdFluxProperties properties, Duration quietPeriod, OpenLoops open) {
        this.properties = properties;
        this.open = open;
        this.quietPeriod =
                quietPeriod != null ? quietPeriod : Duration.ofSeconds(LoopResources.DEFAULT_SHUTDOWN_QUIET_PERIOD);
        if (this.quietPeriod.isNegative()) {
            throw new InvalidConfigurationPropertyValueException(
                    "spring.reactor.netty.shutdown-quiet-period",
                    quietPeriod,
                    "The quiet period must not be negative.");
        }
    }

    /** {@return the resources of Reactor Netty's servers and clients} */
    synchronized FdLoopResources open() {
        resources = build("fdflux-http", properties.loopCount());
        if (started) {
            log();
        }
        return resources;
    }

    /** {@return the resources of the management port's server} */
    FdLoopResources openForManagement() {
        FdLoopResources opened;
        synchronized (this) {
            if (management == null) {
                management = build("fdflux-management", 1);
                LOG.info("fdflux: " + describe(management.loops(), Set.of("the management port")));
            }
            opened = management;
        }
        open.opened(opened.loops());
        return opened;
    }

    private FdLoopResources build(String name, int loops) {
        // Daemon threads, because the web server keeps the JVM alive, as with Reactor Netty's own loops.
        FdLoopResources.Builder builder =
                FdLoopResources.builder(name).loops(loops).daemon(true).busyPoll(properties.busyPoll());
        if (!properties.anyPoller()) {
            builder.poller(properties.poller().strip());
        }
        return builder.build();
    }

    /** Notes who uses the resources, for the line at start. */
    synchronized void usedBy(String user) {
        users.add(user);
    }

    /**
     * Returns the loops of clients whose callers may wait for them, and notes who uses them.
     *
     * @return as many loops as Reactor Netty has
     */
    FdLoops clientLoops(String client) {
        FdLoops loops = openedFor(client);
        open.opened(loops);
        return loops;
    }

    private synchronized FdLoops openedFor(String client) {
        clients.add(client);
        if (clientLoops == null) {
            clientLoops = FdLoops.builder()
                    .name("fdflux-client")
                    .loops(properties.loopCount())
                    .poller(properties.poller().strip())
                    .busyPoll(properties.busyPoll())
                    .build();
            if (started) {
                log();
            }
        }
        return clientLoops;
    }

    /** By now the beans that are not lazy have opened what they use. */
    @Override
    public synchronized void afterSingletonsInstantiated() {
        started = true;
        if (resources != null || clientLoops != null) {
            log();
        }
    }

    private void log() {
        FdLoops loops = resources != null ? resources.loops() : clientLoops;
        StringBuilder line = new StringBuilder("fdflux: poller ").append(loops.pollerName());
        if (resources != null) {
            users.add("Reactor Netty");
            line.append(", ").append(describe(loops, users));
        }
        if (clientLoops != null) {
            line.append(", ").append(describe(clientLoops, clients));
        }
        LOG.info(line.toString());
    }

    private static String describe(FdLoops loops, Set<String> users) {
        return "%d event loop%s for %s"
                .formatted(loops.count(), loops.count() == 1 ? "" : "s", String.join(", ", users));
    }

    @Override
    public synchronized void close() {
        Duration timeout = quietPeriod.compareTo(TIMEOUT) > 0
                ? quietPeriod
                : TIMEOUT; // a timeout below the quiet period is refused
        Mono<Void> closed = Mono.when(
                disposed(resources, timeout),
                disposed(management, timeout),
                clientLoops == null ? Mono.empty() : stopped(clientLoops, timeout));
        if (Schedulers.isInNonBlockingThread()) {
            // A request handler may close its own application, and a loop cannot wait for its own end.
            closed.subscribe(null, error -> LOG.warn("fdflux: closing the event loops failed", error));
        } else {
            closed.block();
        }
    }

    private Mono<Void> disposed(FdLoopResources opened, Duration timeout) {
        return opened == null ? Mono.empty() : opened.disposeLater(quietPeriod, timeout);
    }

    private Mono<Void> stopped(FdLoops loops, Duration timeout) {
        return Mono.create(sink -> loops.close(quietPeriod, timeout).addListener(done -> sink.success()));
    }
}
