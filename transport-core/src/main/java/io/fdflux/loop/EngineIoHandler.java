package io.fdflux.loop;

import io.fdflux.engine.Counters;
import io.fdflux.engine.Engine;
import io.fdflux.engine.LoopContext;
import io.fdflux.engine.Registration;
import io.fdflux.engine.SourceRegistration;
import io.fdflux.engine.TurnClock;
import io.fdflux.spi.PollerProvider;
import io.fdflux.spi.SourceKind;
import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Runs an {@link Engine} as the I/O part of one of Netty's event loops. Threads and errors are those of
 * {@link IoHandler}.
 */
public final class EngineIoHandler implements IoHandler {

    private static final long NOT_TOLD = -1;

    private final ThreadAwareExecutor executor;
    private final Engine engine;
    private final LoopGuests guests;
    private final Loop loop;
    /** The thread that runs this loop now. */
    private volatile Thread thread;
    /** What was promised when the loop last answered {@link #promisedAtExit}; NOT_TOLD while it has not. */
    private volatile long promised = NOT_TOLD;
    /** The exit's hook alone uses it: the loop has been asked. */
    private boolean asked;

    EngineIoHandler(ThreadAwareExecutor executor, Engine engine, Ticker ticker) {
        this.executor = executor;
        this.engine = engine;
        this.guests = new LoopGuests(engine);
        this.loop = new Loop(ticker);
    }

    /**
     * Creates handlers for Netty's event loop groups.
     *
     * @param provider opens the poller of each loop
     * @param ticker   the clock of the loops' timers
     * @param made     receives each new handler
     * @return a factory; a handler's creation fails with {@link UncheckedIOException} if the kernel refuses
     *     another poller
     */
    public static IoHandlerFactory newFactory(PollerProvider provider, Ticker ticker, Consumer<EngineIoHandler> made) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                try {
                    EngineIoHandler handler =
                            new EngineIoHandler(executor, new Engine(provider.open(), executor), ticker);
                    made.accept(handler);
                    return handler;
                } catch (IOException e) {
                    throw new UncheckedIOException("no " + provider.name() + " poller could be opened for a loop", e);
                }
            }

            /** A loop without descriptors may end its thread and continue on another one. */
            @Override
            public boolean isChangingThreadSupported() {
                return true;
            }
        };
    }

    /** {@return the counters of this loop; any thread may read them} */
    public Counters counters() {
        return engine.counters();
    }

    /**
     * Sets how long the loop polls before it blocks, see {@link Engine#busyPoll}. Before the loop's thread starts.
     *
     * @param nanos 0 for never
     */
    public void busyPoll(long nanos) {
        engine.busyPoll(nanos);
    }

    /** {@return where the time of this loop goes} Any thread. */
    TurnClock clock() {
        return engine.clock();
    }

    /** {@return the thread that runs this loop now, or ran it last; null before its start} Any thread. */
    Thread thread() {
        return thread;
    }

    /** {@return the registered channels} Loop thread only. */
    List<Channel> channels() {
        assert executor.isExecutorThread(Thread.currentThread());
        return engine.handles().stream()
                .map(handle -> ((LoopHandle) handle).channel())
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public void initialize() {
        thread = Thread.currentThread();
        ExitHook.add(this);
    }

    /**
     * Counts what is promised, at the exit of the process. A loop whose thread waits for the exit is served here,
     * because that thread never goes on. Any other loop answers when it runs its tasks; until then there may be a byte.
     * Only the exit's hook calls this.
     *
     * @return the bytes, 0 once there are none
     */
    long promisedAtExit() {
        if (waitsForExit(thread)) {
            engine.sendPromised();
            return engine.promisedBytes();
        }
        long answer = promised;
        if (answer == 0 || asked && answer == NOT_TOLD) {
            return -answer;
        }
        asked = true;
        promised = NOT_TOLD;
        try {
            executor.execute(() -> promised = engine.promisedBytes());
        } catch (RejectedExecutionException e) {
            promised = 0; // the loop has ended, and its end was its last attempt
        }
        return Math.max(answer, 1);
    }

    private static boolean waitsForExit(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().equals("java.lang.Shutdown")
                    && frame.getMethodName().equals("exit")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int run(IoHandlerContext context) {
        loop.context = context;
        if (!context.shouldReportActiveIoTime()) {
            return engine.iterate(loop);
        }
        long start = System.nanoTime();
        int attempts = engine.iterate(loop);
        context.reportActiveIoTime(attempts == 0 ? 0 : System.nanoTime() - start - engine.waitedNanos());
        return attempts;
    }

    /** Adapts the context of one {@link #run} for the engine. */
    private static final class Loop implements LoopContext {

        private final Ticker ticker;
        private IoHandlerContext context;

        Loop(Ticker ticker) {
            this.ticker = ticker;
        }

        @Override
        public boolean canBlock() {
            return context.canBlock();
        }

        @Override
        public long nanosToDeadline() {
            if (context.deadlineNanos() == -1) {
                return -1;
            }
            // A ticker counts from its initial time, and the context expects the time by System.nanoTime().
            return Math.max(0, context.delayNanos(ticker.initialNanoTime() + ticker.nanoTime()));
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public boolean isTimed() {
            return context.shouldReportActiveIoTime();
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) {
        if (handle instanceof LoopHandle descriptor) {
            return register(descriptor);
        }
        if (handle instanceof LoopSource source) {
            return register(source);
        }
        if (handle instanceof LoopGuest guest) {
            return guests.add(guest);
        }
        throw new IllegalArgumentException("this loop runs " + LoopHandle.class.getName() + "s, "
                + LoopSource.class.getName() + "s and " + LoopGuest.class.getName() + "s, not a "
                + handle.getClass().getName());
    }

    private IoRegistration register(LoopHandle loopHandle) {
        Registration registration = engine.register(loopHandle);
        try {
            loopHandle.registered();
        } catch (Throwable t) {
            registration.closing(true);
            throw t;
        }
        return new LoopRegistration(registration, loopHandle);
    }

    private IoRegistration register(LoopSource source) {
        SourceRegistration registration = engine.watch(source.kind(), source.ident(), source.detail(), source);
        try {
            source.registered();
        } catch (Throwable t) {
            registration.cancel();
            throw t;
        }
        return new LoopSourceRegistration(registration, source);
    }

    /** Whether the poller watches a kind of kernel source. Loop thread only. */
    boolean offers(SourceKind kind) {
        return engine.offers(kind);
    }

    @Override
    public void wakeup() {
        if (!executor.isExecutorThread(Thread.currentThread())) {
            engine.wakeup();
        }
    }

    /**
     * Closes all handles. Netty calls this in each iteration of a shutdown, which covers handles that tasks have
     * registered meanwhile.
     */
    @Override
    public void prepareToDestroy() {
        closeAll();
    }

    /** Closes all handles; true if there was any. */
    boolean closeAll() {
        return engine.closeAll() | guests.closeAll();
    }

    @Override
    public void destroy() {
        try {
            guests.closeAll();
            engine.destroy();
        } finally {
            ExitHook.remove(this);
        }
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return LoopHandle.class.isAssignableFrom(handleType)
                || LoopSource.class.isAssignableFrom(handleType)
                || LoopGuest.class.isAssignableFrom(handleType);
    }
}
