package io.fdflux;

import io.fdflux.descriptor.DescriptorHandles;
import io.fdflux.descriptor.Kernel;
import io.fdflux.descriptor.ReadFlux;
import io.fdflux.descriptor.WriteMono;
import io.fdflux.loop.LoopThreadFactory;
import io.fdflux.loop.Placement;
import io.fdflux.poller.PollerUnavailableException;
import io.fdflux.poller.Pollers;
import io.fdflux.posix.Descriptor;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoopGroup;
import io.netty.util.concurrent.Future;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
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

    /** The longest time of {@link Builder#busyPoll}: it is about sleeps of microseconds. */
    public static final Duration LONGEST_BUSY_POLL = Duration.ofSeconds(1);

    private static final OpenOption[] CREATE_OR_TRUNCATE = {
        StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING
    };

    private final SharedLoops shared;
    private final DescriptorHandles handles;
    private final Placement placement;

    private FdLoops(Builder builder) {
        Kernel kernel = Kernel.current().orElseGet(() -> Kernel.machine(Pollers.select(builder.poller)));
        ThreadFactory threads = builder.threadFactory != null
                ? builder.threadFactory
                : new LoopThreadFactory(builder.name + "-" + kernel.pollers().name(), builder.daemon);
        shared = new SharedLoops(kernel, builder.name, builder.loops, threads, builder.busyPoll);
        placement = new Placement(shared::nextLoop, 0);
        handles = new DescriptorHandles(placement, kernel.calls());
    }

    private FdLoops(SharedLoops shared, DescriptorHandles handles, Placement placement) {
        this.shared = shared;
        this.handles = handles;
        this.placement = placement;
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

    /**
     * Returns the same loops for streams of another priority. In each pass of a loop over what is due, streams of
     * higher priority run first. A pass serves each of them once, by a bounded number of calls, so that none starves.
     * Ticks of {@link TimerFlux}, and tasks of the loop, come before all of them.
     *
     * <p>The priority is that of streams, not of bytes that the kernel has queued, and a loop does not interrupt a
     * subscriber that runs. The streams of other loops do not count.
     *
     * @param priority -10 to 10; {@link #create} and {@link Builder#build} give loops of priority 0. Channels have
     *     their own: {@code FdChannelOption.LOOP_PRIORITY}
     * @return a view of these loops; closing it closes them
     * @throws IllegalArgumentException if the priority is out of this range
     */
    public FdLoops withPriority(int priority) {
        return new FdLoops(shared, handles.withPriority(priority), new Placement(placement.loops(), priority));
    }

    /** {@return the name of the poller that the loops use} */
    public String pollerName() {
        return kernel().pollers().name();
    }

    /** {@return what the loops run on} */
    Kernel kernel() {
        return shared.kernel();
    }

    /** {@return where new streams run} */
    Placement placement() {
        return placement;
    }

    /** {@return the registry of descriptors on these loops} */
    DescriptorHandles handles() {
        return handles;
    }

    /** {@return the number of loops} */
    public int count() {
        return shared.count();
    }

    /** {@return the counters of each loop} */
    public List<LoopCounters> counters() {
        return shared.counters();
    }

    /**
     * Returns what can be seen of each loop from outside. The first call opens their pollers, as {@link #group()} does.
     *
     * @return in the order of {@link #counters()}
     */
    public List<LoopView> views() {
        return shared.views();
    }

    /** {@return the prefix of the threads' names, as {@link Builder#name} has set it} */
    public String name() {
        return shared.name();
    }

    /**
     * Switches the measurement of turns, for {@link LoopView#presentTurnNanos}, {@link LoopView#longestTurnNanos} and
     * the counters of nanoseconds. It costs a loop up to four reads of the clock per iteration, and nothing while it is
     * off. Any thread.
     *
     * @param on false at first
     */
    public void measureTurns(boolean on) {
        shared.measureTurns(on);
    }

    /**
     * Adds up a counter over all loops.
     *
     * @param counter the counter
     * @return its present value
     */
    public long total(LoopCounters.Counter counter) {
        return shared.total(counter);
    }

    /**
     * Returns the loops as a Netty group. The first call opens their pollers; the threads start with their first tasks.
     *
     * @return the loops; already terminated if they were closed before the first call
     * @throws IllegalStateException if the kernel refuses a poller, because the process has no descriptors left
     */
    public IoEventLoopGroup group() {
        return shared.group();
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
        return shared.close(quietPeriod, timeout);
    }

    /** Builds {@link FdLoops}. One thread at a time. */
    public static final class Builder {

        private int loops = Runtime.getRuntime().availableProcessors();
        private String name = "fdflux";
        private String poller = "";
        private boolean daemon = true;
        private ThreadFactory threadFactory;
        private Duration busyPoll;

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
         * Sets how long a loop that has nothing to do polls again and again before it blocks. A thread that sleeps in
         * the kernel wakes late, above all in a virtual machine, so this shortens the answers of a loop that is busy
         * and has few connections. It takes processor time that others may need: a loop does it only while what it
         * waits for comes within this time, and gives it up for ever longer pauses while nothing does.
         *
         * @param longest about what a sleep costs, some 50 µs; zero for never. The default, also with null, is system
         *     property {@code fdflux.busyPollMicros}, else zero
         * @return this
         * @throws IllegalArgumentException if it is negative, or longer than a second
         */
        public Builder busyPoll(Duration longest) {
            if (longest != null && (longest.isNegative() || longest.compareTo(LONGEST_BUSY_POLL) > 0)) {
                throw new IllegalArgumentException(
                        "loops poll busily for 0 to " + LONGEST_BUSY_POLL.toMillis() + " ms, not for " + longest);
            }
            busyPoll = longest;
            return this;
        }

        /**
         * Sets who creates the threads, for frameworks that know their own. {@link #name} and {@link #daemon} have no
         * effect then. Other threads than the default ones cost a look-up per native call, and Reactor allows
         * {@code block()} on them unless they implement {@link reactor.core.scheduler.NonBlocking}.
         *
         * @param factory called once per loop, with the loop's first task; null for the default
         * @return this
         */
        public Builder threadFactory(ThreadFactory factory) {
            threadFactory = factory;
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
