package io.fdflux.benchmarks.program.transport;

import io.fdflux.FdLoops;
import io.fdflux.reactor.netty.FdLoopResources;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import reactor.netty.resources.LoopResources;

/** Open event loops of one transport, and their threads. Thread-safe. */
public final class TransportLoops implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final LoopResources resources;
    private final FdLoops fdLoops;

    private TransportLoops(LoopResources resources, FdLoops fdLoops) {
        this.resources = resources;
        this.fdLoops = fdLoops;
    }

    static TransportLoops of(FdLoopResources resources) {
        return new TransportLoops(resources, resources.loops());
    }

    static TransportLoops of(NettyLoops resources) {
        return new TransportLoops(resources, null);
    }

    /** {@return the loops for {@code runOn} of Reactor Netty} */
    public LoopResources resources() {
        return resources;
    }

    /** {@return the loops for Netty} */
    public EventLoopGroup group() {
        return resources.onServer(true);
    }

    /** {@return the loops of fdflux, empty for Netty's transports} */
    public Optional<FdLoops> fdLoops() {
        return Optional.ofNullable(fdLoops);
    }

    /** {@return the ids of the loops' threads, which this call starts if they were not} */
    public LongStream threadIds() {
        return StreamSupport.stream(group().spliterator(), false)
                .mapToLong(loop ->
                        ((SingleThreadEventExecutor) loop).threadProperties().id());
    }

    /** Closes all channels and stops the loops. Blocks until then. */
    @Override
    public void close() {
        resources.disposeLater(Duration.ZERO, TIMEOUT).block(TIMEOUT.plus(TIMEOUT));
    }
}
