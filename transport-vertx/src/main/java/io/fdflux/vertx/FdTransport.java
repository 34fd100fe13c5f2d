package io.fdflux.vertx;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters;
import io.fdflux.poller.PollerUnavailableException;
import io.fdflux.poller.Pollers;
import io.fdflux.spi.PollerProvider;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.util.List;
import java.util.Optional;

/**
 * Runs Vert.x on this transport. {@link FdVertxServiceProvider} does so by itself; by hand it is {@code
 * Vertx.builder().withTransport(FdTransport.create()).build()}. TCP, UDP, Unix-domain sockets and the DNS client use
 * its channels; QUIC runs on its datagram channels. Thread-safe.
 *
 * <p>Vert.x creates the event loops with its own threads, and stops them when it is closed. A transport owns nothing
 * and need not be closed.
 *
 * <p>Where no poller can run, the transport is {@linkplain #available() unavailable}. Vert.x then uses the JDK's NIO,
 * and {@code Vertx.unavailableNativeTransportCause()} returns the reason.
 */
public final class FdTransport implements Transport {

    private final LoopTransport implementation;

    private FdTransport(LoopTransport implementation) {
        this.implementation = implementation;
    }

    /**
     * Creates a transport with the best poller here, after its self-test.
     *
     * @return the transport, available or not
     */
    public static FdTransport create() {
        return create("");
    }

    /**
     * Creates a transport with a given poller, after its self-test.
     *
     * @param poller a key of {@link Pollers#availability()}; null or empty for the best one here, or that of the system
     *     property {@value Pollers#PROPERTY}
     * @return the transport, available or not
     */
    public static FdTransport create(String poller) {
        PollerProvider provider;
        try {
            provider = Pollers.select(poller);
        } catch (PollerUnavailableException e) {
            return new FdTransport(new LoopTransport(null, e));
        }
        return new FdTransport(new LoopTransport(provider, null));
    }

    /**
     * Returns the transport that an instance of Vert.x runs on, with its counters.
     *
     * @param vertx the instance, whoever has built it
     * @return the transport; empty if that is not one of fdflux
     */
    public static Optional<FdTransport> of(Vertx vertx) {
        return ((VertxInternal) vertx).transport() instanceof LoopTransport implementation
                ? Optional.of(new FdTransport(implementation))
                : Optional.empty();
    }

    /** {@return the name of the poller, or null if none can run} */
    String poller() {
        return implementation.poller();
    }

    /** {@return {@code "fdflux"}, as Vert.x names its transports} */
    @Override
    public String name() {
        return "fdflux";
    }

    @Override
    public boolean available() {
        return implementation.isAvailable();
    }

    /** {@return which pollers there are and why none of them, or not the one that was asked for, can run; or null} */
    @Override
    public Throwable unavailabilityCause() {
        return implementation.unavailabilityCause();
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return implementation;
    }

    /**
     * Returns the loops that Vert.x has created with this transport and not yet stopped: for each instance of Vert.x
     * one group that accepts connections and one that serves them. {@code FdFlux} runs on them as well. Vert.x stops
     * them: don't close them.
     *
     * @return a snapshot
     */
    public List<FdLoops> loops() {
        return implementation.loops();
    }

    /**
     * Returns the counters of each of the {@linkplain #loops() loops}.
     *
     * @return a snapshot of the list; the counters go on counting
     */
    public List<LoopCounters> counters() {
        return loops().stream().flatMap(loops -> loops.counters().stream()).toList();
    }

    /**
     * Adds up a counter over all {@linkplain #loops() loops}.
     *
     * @param counter the counter
     * @return its present value; that of loops that have been stopped is not in it
     */
    public long total(LoopCounters.Counter counter) {
        return loops().stream().mapToLong(loops -> loops.total(counter)).sum();
    }
}
