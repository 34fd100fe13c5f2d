package io.fdflux.benchmarks.program.scenario;

import java.util.function.LongSupplier;
import reactor.netty.DisposableChannel;

/**
 * A running server.
 *
 * @param port       where it listens; 0 if the scenario has no port
 * @param operations how many operations it has counted; {@link #NOT_COUNTED} if the load counts them
 * @param stop       ends it, and blocks until then
 */
public record Served(int port, LongSupplier operations, Runnable stop) implements AutoCloseable {

    /** The value of {@link #operations()} where the load counts. */
    public static final long NOT_COUNTED = -1;

    /** A server whose load counts operations. */
    static Served of(DisposableChannel server) {
        return of(server, () -> NOT_COUNTED);
    }

    static Served of(DisposableChannel server, LongSupplier operations) {
        return new Served(
                ((java.net.InetSocketAddress) server.channel().localAddress()).getPort(),
                operations,
                server::disposeNow);
    }

    /** The same server, which has more to end once it is stopped. */
    Served then(Runnable also) {
        return new Served(port, operations, () -> {
            try {
                stop.run();
            } finally {
                also.run();
            }
        });
    }

    @Override
    public void close() {
        stop.run();
    }
}
