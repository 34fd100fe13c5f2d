package io.fdflux;

import io.fdflux.descriptor.DescriptorCalls;
import io.fdflux.descriptor.DescriptorHandles;
import io.fdflux.descriptor.Kernel;
import io.fdflux.descriptor.ReadFlux;
import io.fdflux.descriptor.WriteMono;
import io.fdflux.loop.EngineEventLoop;
import io.fdflux.loop.EngineIoHandler;
import io.fdflux.loop.LoopThreadFactory;
import io.fdflux.poller.PollerUnavailableException;
import io.fdflux.poller.Pollers;
import io.fdflux.posix.Descriptor;
import io.fdflux.spi.PollerProvider;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A group of event loops, each a thread with its own poller. Thread-safe.
 *
 * <p>The loops are Netty's, so {@link #group()} also runs Netty channels of this transport. The loops and their pollers
 * are created for their first user.
 */
public final class FdLoops implements AutoCloseable {

    private static final long CLOSE_TIMEOUT_SECONDS = 15;

    private static final OpenOption[] CREATE_OR_TRUNCATE = {
        StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING
    };

    private final PollerProvider provider;
    private final int loops;
    private final LoopThreadFactory threadFactory;
    private final List<LoopCounters> counters = new CopyOnWriteArrayList<>();
    private final DescriptorHandles handles;
    private final Object lock = new Object();
    /** Written under the lock. */
    private volatile IoEventLoopGroup group;

    /** Guarded by the lock. */
    private boolean closed;

    static {
        // Loads the class now, because a process without free descriptors cannot open its file.
        LoopCounters.Counter.values();
    }

    private FdLoops(Builder builder) {
        Kernel kernel = Kernel.current().orElse(null);
        provider = kernel != null ? kernel.pollers() : Pollers.select(builder.poller);
        loops = builder.loops;
        threadFactory = new LoopThreadFactory(builder.name + "-" + provider.name(), builder.daemon);
        handles =
                new DescriptorHandles(() -> group().next(), kernel != null ? kernel.calls() : DescriptorCalls.posix());
    }

    private IoEventLoopGroup newGroup() {
        counters.clear(); // a failed attempt may have left some
        return new MultiThreadIoEventLoopGroup(
                loops,
                threadFactory,
                EngineIoHandler.newFactory(provider, handler -> counters.add(new LoopCounters(handler.counters())))) {

            @Override
            protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... none) {
                return new EngineEventLoop(this, executor, factory);
            }
        };
    }

    /**
     * Creates loops with the best poller here, one per processor.
     *
     * @return the loops; the caller closes them
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdLoops create() {
        return builder().build();
    }

    /** {@return a builder with the defaults of {@link #create()}} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return the name of the poller that the loops use} */
    public String pollerName() {
        return provider.name();
    }

    /** {@return the number of loops} */
    public int count() {
        return loops;
    }

    /** {@return the counters of each loop} */
    public List<LoopCounters> counters() {
        group();
        return List.copyOf(counters);
    }

    /**
     * Adds up a counter over all loops.
     *
     * @param counter the counter
     * @return its present value
     */
    public long total(LoopCounters.Counter counter) {
        return counters.stream().mapToLong(ofLoop -> ofLoop.get(counter)).sum();
    }

    /**
     * Returns the loops as a Netty group. The first call opens their pollers; the threads start with their first tasks.
     *
     * @return the loops; already terminated if they were closed before the first call
     * @throws IllegalStateException if the kernel refuses a poller, because the process has no descriptors left
     */
    public IoEventLoopGroup group() {
        IoEventLoopGroup made = group;
        return made != null ? made : makeGroup();
    }

    private IoEventLoopGroup makeGroup() {
        synchronized (lock) {
            if (group == null) {
                IoEventLoopGroup made = newGroup();
                if (closed) {
                    made.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS).awaitUninterruptibly();
                }
                group = made;
            }
            return group;
        }
    }

    /**
     * Reads a descriptor to its end, as {@link FdFlux#read(FdLoops, Descriptor)} does.
     *
     * @param descriptor open, readable; at most one subscriber at a time
     * @return its bytes or messages; <b>the subscriber releases every buffer</b>
     */
    public Flux<ByteBuf> read(Descriptor descriptor) {
        return read(descriptor, ReadOptions.defaults());
    }

    /**
     * Reads a descriptor to its end, as {@link FdFlux#read(FdLoops, Descriptor)} does, with options.
     *
     * @param descriptor open, readable; at most one subscriber at a time
     * @param options    for the buffers
     * @return its bytes or messages; <b>the subscriber releases every buffer</b>
     */
    public Flux<ByteBuf> read(Descriptor descriptor, ReadOptions options) {
        Objects.requireNonNull(descriptor, "descriptor");
        return new ReadFlux(handles, descriptor, options.chunkSize(), options.allocator());
    }

    /**
     * Writes buffers to a descriptor, as {@link FdFlux#write(FdLoops, Descriptor, Publisher)} does.
     *
     * @param descriptor open, writable; at most one writer at a time
     * @param source     the buffers; each is released once it is written, or when the writing ends early
     * @return completes when the kernel has all bytes
     */
    public Mono<Void> write(Descriptor descriptor, Publisher<? extends ByteBuf> source) {
        return new WriteMono(
                handles, Objects.requireNonNull(descriptor, "descriptor"), Objects.requireNonNull(source, "source"));
    }

    /**
     * Reads a file to its end. Opens the file at subscription, on a thread that may block, and closes it at the end.
     *
     * @param path a path of the default file system; FIFOs, terminals and devices are allowed
     * @return its bytes; <b>the subscriber releases every buffer</b>. Ends with {@link java.io.IOException} if the file
     *     cannot be opened, as {@link Descriptor#open} does
     */
    public Flux<ByteBuf> read(Path path) {
        return read(path, ReadOptions.defaults());
    }

    /**
     * Reads a file to its end, as {@link #read(Path)} does, with options.
     *
     * @param path    a path of the default file system
     * @param options for the buffers
     * @return its bytes; <b>the subscriber releases every buffer</b>
     */
    public Flux<ByteBuf> read(Path path, ReadOptions options) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(options, "options");
        return Flux.using(
                        () -> Descriptor.open(path),
                        descriptor -> read(descriptor, options),
                        Descriptor::closeUnchecked)
                .subscribeOn(Schedulers.boundedElastic(), false);
    }

    /**
     * Writes buffers to a file. Opens the file at subscription, on a thread that may block, and closes it at the end.
     * If the file cannot be opened, the source is not subscribed to.
     *
     * @param path    a path of the default file system; FIFOs, terminals and devices are allowed
     * @param source  the buffers; each is released once it is written, or when the writing ends early
     * @param options options of {@link Descriptor#open}, WRITE included; none for CREATE and TRUNCATE_EXISTING
     * @return completes when the kernel has all bytes
     */
    public Mono<Void> write(Path path, Publisher<? extends ByteBuf> source, OpenOption... options) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(source, "source");
        OpenOption[] forWriting = Stream.concat(
                        Stream.of(StandardOpenOption.WRITE),
                        Stream.of(options.length == 0 ? CREATE_OR_TRUNCATE : options.clone()))
                .toArray(OpenOption[]::new);
        return Mono.using(
                        () -> Descriptor.open(path, forWriting),
                        descriptor -> write(descriptor, source),
                        Descriptor::closeUnchecked)
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** Closes all streams and channels on the loops, and stops the loops. Blocks until then; not on a loop's thread. */
    @Override
    public void close() {
        close(Duration.ZERO, Duration.ofSeconds(CLOSE_TIMEOUT_SECONDS)).awaitUninterruptibly();
    }

    /**
     * Closes all streams and channels on the loops, and stops the loops. Pending writes get one more attempt. Does not
     * block; any thread. A second call has no effect. Loops that never ran a task skip the quiet period.
     *
     * @param quietPeriod time without a task after which a loop stops
     * @param timeout     the longest time that a loop with tasks continues; not shorter than the quiet period
     * @return done when the loops have stopped
     * @throws IllegalArgumentException if a duration is negative, or the timeout shorter than the quiet period
     */
    public Future<?> close(Duration quietPeriod, Duration timeout) {
        checkPeriods(quietPeriod, timeout);
        synchronized (lock) {
            closed = true;
            if (group == null) {
                return GlobalEventExecutor.INSTANCE.newSucceededFuture(null);
            }
        }
        return group.shutdownGracefully(
                threadFactory.hasStartedThreads() ? TimeUnit.NANOSECONDS.convert(quietPeriod) : 0,
                TimeUnit.NANOSECONDS.convert(timeout),
                TimeUnit.NANOSECONDS);
    }

    private static void checkPeriods(Duration quietPeriod, Duration timeout) {
        if (quietPeriod.isNegative() || timeout.isNegative()) {
            throw new IllegalArgumentException("loops stop after a quiet period of " + quietPeriod + " or a timeout of "
                    + timeout + "; neither may be negative");
        }
        if (timeout.compareTo(quietPeriod) < 0) {
            throw new IllegalArgumentException("loops cannot be quiet for " + quietPeriod + " within a timeout of "
                    + timeout + "; give a timeout of " + quietPeriod + " or more");
        }
    }

    /** Builds {@link FdLoops}. One thread at a time. */
    public static final class Builder {

        private int loops = Runtime.getRuntime().availableProcessors();
        private String name = "fdflux";
        private String poller = "";
        private boolean daemon = true;

        private Builder() {}

        /**
         * Sets the number of loops.
         *
         * @param count positive; the default is the number of processors
         * @return this
         */
        public Builder loops(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("at least one loop is needed, not " + count);
            }
            loops = count;
            return this;
        }

        /**
         * The old name of {@link #loops}.
         *
         * @param count positive
         * @return this
         * @deprecated use {@link #loops}
         */
        @Deprecated(forRemoval = true)
        public Builder threads(int count) {
            return loops(count);
        }

        /**
         * Sets the names of the threads.
         *
         * @param prefix the beginning of each name
         * @return this
         */
        public Builder name(String prefix) {
            name = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * Sets the poller.
         *
         * @param pollerName a key of {@link Pollers#availability()}; null or empty for the default
         * @return this
         */
        public Builder poller(String pollerName) {
            poller = pollerName == null ? "" : pollerName;
            return this;
        }

        /**
         * Sets whether the threads are daemons, which let the JVM exit.
         *
         * @param value true by default
         * @return this
         */
        public Builder daemon(boolean value) {
            daemon = value;
            return this;
        }

        /**
         * Creates the loops.
         *
         * @return the loops; the caller closes them
         * @throws PollerUnavailableException if the poller is unknown or cannot run here
         */
        public FdLoops build() {
            return new FdLoops(this);
        }
    }
}
