package io.fdflux.benchmarks.program.transport;

import io.fdflux.FdLoops;
import io.fdflux.reactor.netty.FdLoopResources;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import reactor.netty.resources.LoopResources;

/** Open event loops of one transport, and their threads. Thread-safe. */
public final class TransportLoops implements AutoCloseable {

    /**
     * Without one, a loop of Netty may end without closing its channels: when it is told to between its check for that
     * and {@code SingleThreadEventExecutor.confirmShutdown}, see {@code SingleThreadIoEventLoop.run}.
     */
    private static final Duration QUIET_PERIOD = Duration.ofMillis(20);

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

    /**
     * Asks the kernel for the ids of the loops' threads, as perf takes them: /proc/thread-self, see proc(5). Call it
     * before anything occupies a loop.
     *
     * @return the ids; none without /proc
     */
    public List<Long> nativeThreadIds() {
        Path self = Path.of("/proc/thread-self");
        if (!Files.exists(self)) {
            return List.of();
        }
        return StreamSupport.stream(group().spliterator(), false)
                .map(loop -> loop.submit(() ->
                        Long.valueOf(Files.readSymbolicLink(self).getFileName().toString())))
                .map(id -> id.syncUninterruptibly().getNow())
                .toList();
    }

    /** Closes all channels and stops the loops. Blocks until then. */
    @Override
    public void close() {
        resources.disposeLater(QUIET_PERIOD, TIMEOUT).block(TIMEOUT.plus(TIMEOUT));
    }
}
