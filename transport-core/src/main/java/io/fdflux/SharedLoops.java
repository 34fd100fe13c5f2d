package io.fdflux;

import io.fdflux.descriptor.Kernel;
import io.fdflux.loop.EngineEventLoop;
import io.fdflux.loop.EngineIoHandler;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The loops behind an {@link FdLoops} and its views, from their first use to their end. Thread-safe. */
final class SharedLoops {

    private final Kernel kernel;
    private final String name;
    private final int count;
    private final ThreadFactory threadFactory;
    /** Null for the default. */
    private final Duration busyPoll;
    /** Netty starts a loop's thread with its first task. */
    private volatile boolean startedThreads;

    private final List<LoopCounters> counters = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();
    /** Written under the lock. */
    private volatile IoEventLoopGroup group;

    /** Written before the group. Held, because meters refer to them weakly. */
    private List<LoopView> views = List.of();

    /** Guarded by the lock. */
    private boolean closed;

    /** Guarded by the lock. */
    private boolean measured;

    static {
        // Loads the class now, because a process without free descriptors cannot open its file.
        LoopCounters.Counter.values();
    }

    SharedLoops(Kernel kernel, String name, int count, ThreadFactory threadFactory, Duration busyPoll) {
        this.kernel = kernel;
        this.name = name;
        this.count = count;
        this.busyPoll = busyPoll;
        this.threadFactory = task -> {
            startedThreads = true;
            return threadFactory.newThread(task);
        };
    }

    Kernel kernel() {
        return kernel;
    }

    String name() {
        return name;
    }

    int count() {
        return count;
    }

    IoEventLoopGroup group() {
        IoEventLoopGroup made = group;
        return made != null ? made : makeGroup();
    }

    /** {@return the next of the loops, round robin} */
    IoEventLoop nextLoop() {
        return group().next();
    }

    private IoEventLoopGroup makeGroup() {
        synchronized (lock) {
            if (group == null) {
                IoEventLoopGroup made = newGroup();
                loopsOf(made).forEach(loop -> loop.clock().measure(measured));
                views = viewsOf(made);
                if (closed) {
                    made.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS).awaitUninterruptibly();
                }
                group = made;
            }
            return group;
        }
    }

    private IoEventLoopGroup newGroup() {
        counters.clear(); // a failed attempt may have left some
        return new MultiThreadIoEventLoopGroup(
                count, threadFactory, EngineIoHandler.newFactory(kernel.pollers(), kernel.ticker(), this::made)) {

            @Override
            protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... none) {
                return new EngineEventLoop(this, executor, factory, kernel.ticker());
            }
        };
    }

    private void made(EngineIoHandler handler) {
        counters.add(new LoopCounters(handler.counters()));
        if (busyPoll != null) {
            handler.busyPoll(busyPoll.toNanos());
        }
    }

    List<LoopCounters> counters() {
        group();
        return List.copyOf(counters);
    }

    List<LoopView> views() {
        group();
        return views;
    }

    private List<LoopView> viewsOf(IoEventLoopGroup made) {
        List<LoopView> list = new ArrayList<>();
        loopsOf(made).forEach(loop -> list.add(new LoopView(list.size(), loop, counters.get(list.size()))));
        return List.copyOf(list);
    }

    void measureTurns(boolean on) {
        synchronized (lock) {
            measured = on;
            if (group != null) {
                loopsOf(group).forEach(loop -> loop.clock().measure(on));
            }
        }
    }

    private static Stream<EngineEventLoop> loopsOf(IoEventLoopGroup group) {
        return StreamSupport.stream(group.spliterator(), false).map(EngineEventLoop.class::cast);
    }

    long total(LoopCounters.Counter counter) {
        return counters.stream().mapToLong(ofLoop -> ofLoop.get(counter)).sum();
    }

    /** Stops the loops, as {@link FdLoops#close(Duration, Duration)}. */
    Future<?> close(Duration quietPeriod, Duration timeout) {
        checkPeriods(quietPeriod, timeout);
        synchronized (lock) {
            closed = true;
            if (group == null) {
                return GlobalEventExecutor.INSTANCE.newSucceededFuture(null);
            }
        }
        return group.shutdownGracefully(
                startedThreads ? TimeUnit.NANOSECONDS.convert(quietPeriod) : 0,
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
}
