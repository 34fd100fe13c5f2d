package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.fdflux.spi.PollerProvider;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A group of event loops, each a thread with a poller of its own. Thread-safe.
 *
 * <p>The loops are Netty's: {@link #group()} runs Netty channels of this transport too.
 */
public final class FdLoops implements AutoCloseable {

    private static final long CLOSE_TIMEOUT_SECONDS = 15;

    private final String pollerName;
    private final DescriptorCalls calls;
    private final List<FdIoHandler> handlers = new CopyOnWriteArrayList<>();
    private final Map<Integer, DescriptorHandle> handles = new ConcurrentHashMap<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final IoEventLoopGroup group;

    private FdLoops(Builder builder) {
        PollerProvider provider = builder.provider != null ? builder.provider : Pollers.select(builder.poller);
        pollerName = provider.name();
        calls = builder.calls;
        group =
                new MultiThreadIoEventLoopGroup(
                        builder.threads,
                        new LoopThreadFactory(builder.name + "-" + pollerName, builder.daemon),
                        FdIoHandler.newFactory(provider, handlers::add)) {

                    @Override
                    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... none) {
                        return new FdEventLoop(this, executor, factory);
                    }
                };
    }

    /**
     * Makes loops with the best poller here, one for each processor.
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
        return pollerName;
    }

    /** {@return the number of loops} */
    public int size() {
        return handlers.size();
    }

    /** {@return the counters of each loop} */
    public List<LoopCounters> counters() {
        return handlers.stream().map(FdIoHandler::counters).toList();
    }

    /**
     * The sum of a counter over all loops.
     *
     * @param counter which
     * @return its value now
     */
    public long total(LoopCounters.Counter counter) {
        return handlers.stream().mapToLong(h -> h.counters().get(counter)).sum();
    }

    /** {@return Netty's view of the loops} */
    public IoEventLoopGroup group() {
        return group;
    }

    /** The handle of a descriptor on one of the loops: the same one for both directions. {@link #release} must follow. */
    DescriptorHandle acquire(Descriptor descriptor) {
        return handles.compute(descriptor.number(), (number, handle) -> {
            DescriptorHandle shared = handle != null ? handle : new DescriptorHandle(descriptor, group.next(), calls);
            shared.users++;
            return shared;
        });
    }

    void release(DescriptorHandle released) {
        handles.computeIfPresent(
                released.descriptor().number(), (number, handle) -> --handle.users == 0 ? null : handle);
    }

    /** Closes what still runs on the loops, writing what was flushed, and stops them. Waits for them; not on a loop's thread. */
    @Override
    public void close() {
        close(Duration.ZERO, Duration.ofSeconds(CLOSE_TIMEOUT_SECONDS)).awaitUninterruptibly();
    }

    /**
     * Closes what runs on the loops now, writing what was flushed, then stops them. Returns at once; any thread.
     *
     * @param quietPeriod how long the loops must have been without a task before they stop
     * @param timeout     how long at most what was flushed is waited for, and then how long the loops go on at most
     * @return done when the loops have stopped
     */
    public Future<?> close(Duration quietPeriod, Duration timeout) {
        if (closing.compareAndSet(false, true)) {
            AtomicBoolean stopped = new AtomicBoolean();
            Runnable stop = () -> {
                if (stopped.compareAndSet(false, true)) {
                    group.shutdownGracefully(quietPeriod.toMillis(), timeout.toMillis(), TimeUnit.MILLISECONDS);
                }
            };
            try {
                group.next().schedule(stop, timeout.toMillis(), TimeUnit.MILLISECONDS);
                AtomicInteger busy = new AtomicInteger(handlers.size());
                for (FdIoHandler handler : handlers) {
                    handler.closeAll(() -> {
                        if (busy.decrementAndGet() == 0) {
                            stop.run();
                        }
                    });
                }
            } catch (RejectedExecutionException e) {
                stop.run(); // the group was told to stop by other means
            }
        }
        return group.terminationFuture();
    }

    /** Makes {@link FdLoops}. One thread at a time. */
    public static final class Builder {

        private int threads = Runtime.getRuntime().availableProcessors();
        private String name = "fdflux";
        private String poller = "";
        private boolean daemon = true;
        private PollerProvider provider;
        private DescriptorCalls calls = DescriptorCalls.posix();

        private Builder() {}

        /**
         * How many loops.
         *
         * @param count positive; the default is the number of processors
         * @return this
         */
        public Builder threads(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("at least one loop is needed, not " + count);
            }
            threads = count;
            return this;
        }

        /**
         * What the threads are called.
         *
         * @param prefix of their names
         * @return this
         */
        public Builder name(String prefix) {
            name = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * Which poller.
         *
         * @param pollerName as {@link Pollers#availability()} lists it; null or empty for the default
         * @return this
         */
        public Builder poller(String pollerName) {
            poller = pollerName == null ? "" : pollerName;
            return this;
        }

        /**
         * Whether the threads let the JVM exit.
         *
         * @param value true, the default, if they do
         * @return this
         */
        public Builder daemon(boolean value) {
            daemon = value;
            return this;
        }

        /**
         * Another kernel than the machine's: for tests.
         *
         * @param pollers     where the loops get their pollers
         * @param descriptors what reads and writes descriptors
         * @return this
         */
        public Builder kernel(PollerProvider pollers, DescriptorCalls descriptors) {
            provider = Objects.requireNonNull(pollers, "pollers");
            calls = Objects.requireNonNull(descriptors, "descriptors");
            return this;
        }

        /**
         * Makes the loops.
         *
         * @return the loops; the caller closes them
         * @throws PollerUnavailableException if the poller is unknown or cannot run here
         */
        public FdLoops build() {
            return new FdLoops(this);
        }
    }
}
