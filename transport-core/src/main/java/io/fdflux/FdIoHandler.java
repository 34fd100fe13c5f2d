package io.fdflux;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import io.fdflux.spi.ReadinessSink;
import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The engine of one loop, between Netty's event loop (tasks, timers) and a {@link Poller}.
 *
 * <p>One {@link #run} is one iteration:
 *
 * <pre>
 * run list: reads that demand asked for since, speculative ones included, in two passes: what was born in the first
 *           is attempted in the second
 * run list: writes, the turn's end: all that tasks and reads have flushed goes out in one pass
 * update list: what has changed is told to the poller
 * wait: not at all if a run list has something left, else until the loop's next deadline
 * events: set bits and refill the run list; no handle is called while the poller reports
 * run list: reads, in two passes; the next iteration's if a task was queued or a timer due before the wait, because those
 *           run before what it reports
 * </pre>
 *
 * A pass takes the run list as it stands, so that neither completions nor endless data keep it going: events, tasks and timers
 * have their turn after a bounded number of attempts, each of which is bounded by its handle.
 */
public final class FdIoHandler implements IoHandler {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(FdIoHandler.class);

    /** While the run lists are not empty, poll only every fourth iteration, because polling would mostly return nothing. */
    private static final int ITERATIONS_A_LOOK = 4;

    private static final long FAILED_WAIT_PAUSE_MILLIS = 1000;

    private final ThreadAwareExecutor executor;
    private final Poller poller;
    private final boolean armSpentByEvent;
    private final LoopCounters counters = new LoopCounters();
    private final WakeupState wakeups = new WakeupState();
    private final RegistrationTable registrations = new RegistrationTable();
    private final RunList reads = new RunList();
    private final RunList writes = new RunList();
    private final RunList updates = new RunList();
    private final ReadinessSink sink = this::event;
    private int iterationsWithoutLook;
    /** Of this iteration, for groups that scale the number of their threads. */
    private long waitedNanos;

    FdIoHandler(ThreadAwareExecutor executor, Poller poller) {
        this.executor = executor;
        this.poller = poller;
        this.armSpentByEvent = poller.armSpentByEvent();
    }

    /**
     * Makes loops for Netty's event loop groups.
     *
     * @param provider where each loop gets its poller
     * @return a factory; what it makes fails with {@link UncheckedIOException} where the kernel refuses another poller
     */
    public static IoHandlerFactory newFactory(PollerProvider provider) {
        return newFactory(provider, handler -> {});
    }

    static IoHandlerFactory newFactory(PollerProvider provider, Consumer<FdIoHandler> made) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                try {
                    FdIoHandler handler = new FdIoHandler(executor, provider.open());
                    made.accept(handler);
                    return handler;
                } catch (IOException e) {
                    throw new UncheckedIOException("no " + provider.name() + " poller could be opened for a loop", e);
                }
            }

            /** A loop without descriptors may end its thread and go on with another. */
            @Override
            public boolean isChangingThreadSupported() {
                return true;
            }
        };
    }

    /** {@return what this loop has done} */
    public LoopCounters counters() {
        return counters;
    }

    /** What is registered and a channel's. Loop thread only. */
    List<Channel> channels() {
        assert executor.isExecutorThread(Thread.currentThread());
        return Stream.of(registrations.copy())
                .map(registration -> registration.handle().channel())
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public int run(IoHandlerContext context) {
        if (!context.shouldReportActiveIoTime()) {
            return iterate(context);
        }
        long start = System.nanoTime();
        waitedNanos = 0;
        int attempts = iterate(context);
        context.reportActiveIoTime(attempts == 0 ? 0 : System.nanoTime() - start - waitedNanos);
        return attempts;
    }

    private int iterate(IoHandlerContext context) {
        int attempts = readTwice() + pass(writes, false);
        boolean moreToDo = !reads.isEmpty() || !writes.isEmpty();
        if (moreToDo && ++iterationsWithoutLook < ITERATIONS_A_LOOK) {
            return attempts;
        }
        iterationsWithoutLook = 0;
        for (Registration changed = updates.poll(); changed != null; changed = updates.poll()) {
            changed.flushUpdate();
        }
        boolean first = await(context, moreToDo);
        return first ? attempts + readTwice() : attempts;
    }

    /** What is born in the first pass (an accepted connection) is attempted in the second, before the poller hears of it. */
    private int readTwice() {
        return pass(reads, true) + pass(reads, true);
    }

    private int pass(RunList list, boolean reading) {
        int count = list.size();
        for (int i = 0; i < count; i++) {
            Registration due = list.poll();
            try {
                if (reading) {
                    due.runRead();
                } else {
                    due.runWrite();
                }
            } catch (Throwable t) {
                failed(due, t);
            }
        }
        return count;
    }

    /**
     * Polls.
     *
     * @return whether the poll's events come first: no task was queued, and no timer due, before it
     */
    private boolean await(IoHandlerContext context, boolean moreToDo) {
        long timeout = 0;
        boolean idle = context.canBlock();
        if (idle && !moreToDo) {
            wakeups.block();
            idle = context.canBlock();
            if (idle) {
                timeout = context.deadlineNanos() == -1 ? -1 : Math.max(0, context.delayNanos(System.nanoTime()));
            } else {
                wakeups.unblock();
            }
        }
        counters.add(Counter.WAIT_CALLS, 1);
        long start = context.shouldReportActiveIoTime() ? System.nanoTime() : 0;
        try {
            counters.add(Counter.EVENTS, poller.poll(timeout, sink));
        } catch (IOException e) {
            LOGGER.warn(
                    "The poller of {} failed to wait; trying again in {} ms", executor, FAILED_WAIT_PAUSE_MILLIS, e);
            pause();
        } finally {
            wakeups.unblock();
            waitedNanos += start == 0 ? 0 : System.nanoTime() - start;
        }
        return idle;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(FAILED_WAIT_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void event(long token, int readiness, long available, int errno) {
        Registration registration = registrations.get(token);
        if (registration == null) {
            counters.add(Counter.STALE_EVENTS, 1);
            return;
        }
        registration.event(readiness, available, errno);
    }

    private void failed(Registration registration, Throwable t) {
        LOGGER.warn("Closing {}, which failed on the loop", registration.handle(), t);
        close(registration);
    }

    // ---- for registrations

    boolean armSpentByEvent() {
        return armSpentByEvent;
    }

    void queueRun(Registration registration, boolean reading) {
        (reading ? reads : writes).add(registration);
    }

    void queueUpdate(Registration registration) {
        updates.add(registration);
    }

    void update(int fd, int before, int now, long token) {
        counters.add(Counter.ARMS, Integer.bitCount(now & ~before));
        counters.add(Counter.DISARMS, Integer.bitCount(before & ~now));
        counters.add(Counter.UPDATE_CALLS, poller.update(fd, before, now, token));
    }

    /** The number is about to be closed. */
    void forget(Registration registration, int fd) {
        poller.forget(fd, registration.token());
    }

    /** The registration has ended: events under its token are stale from now on. */
    void remove(Registration registration) {
        registrations.remove(registration.token());
    }

    /** Another open file gets the number: what is queued or fetched for the one before is dropped. The new token. */
    long reissue(Registration registration, int fd) {
        forget(registration, fd);
        registrations.remove(registration.token());
        return registrations.add(registration);
    }

    // ---- Netty's contract

    @Override
    public IoRegistration register(IoHandle handle) {
        if (!(handle instanceof LoopHandle fdHandle)) {
            throw new IllegalArgumentException("this loop runs " + LoopHandle.class.getName() + "s, not a "
                    + handle.getClass().getName());
        }
        Registration registration = new Registration(this, fdHandle);
        registration.token(registrations.add(registration));
        try {
            handle.registered();
        } catch (Throwable t) {
            registration.closing(true);
            throw t;
        }
        return registration;
    }

    @Override
    public void wakeup() {
        if (executor.isExecutorThread(Thread.currentThread())) {
            return;
        }
        if (wakeups.claim()) {
            counters.wakeupSent();
            poller.wakeup();
        } else {
            counters.wakeupSkipped();
        }
    }

    /** Closes all handles. Netty calls it in each iteration of a shutdown, so that it finds what tasks have registered since. */
    @Override
    public void prepareToDestroy() {
        closeAll();
    }

    @Override
    public void destroy() {
        try {
            closeAll();
        } finally {
            poller.close();
        }
    }

    /** {@return whether there was anything to close} */
    boolean closeAll() {
        Registration[] all = registrations.copy();
        for (Registration registration : all) {
            close(registration);
        }
        return all.length > 0;
    }

    /** Closes a handle, Errors included: they end its own stream only (invariant 21). */
    private static void close(Registration registration) {
        try {
            registration.handle().close();
        } catch (Throwable t) {
            registration.closing(true); // in whatever state it is, the loop is done with it
            LOGGER.warn("{} failed to close", registration.handle(), t);
        }
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return LoopHandle.class.isAssignableFrom(handleType);
    }
}
