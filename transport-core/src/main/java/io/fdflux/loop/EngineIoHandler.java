package io.fdflux.loop;

import io.fdflux.engine.Counters;
import io.fdflux.engine.Engine;
import io.fdflux.engine.LoopContext;
import io.fdflux.engine.Registration;
import io.fdflux.spi.PollerProvider;
import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Runs an {@link Engine} as the I/O part of one of Netty's event loops. Threads and errors are as {@link IoHandler}
 * has them.
 */
public final class EngineIoHandler implements IoHandler {

    private final ThreadAwareExecutor executor;
    private final Engine engine;
    private final Loop loop = new Loop();

    EngineIoHandler(ThreadAwareExecutor executor, Engine engine) {
        this.executor = executor;
        this.engine = engine;
    }

    /**
     * Makes handlers for Netty's event loop groups.
     *
     * @param provider where each loop gets its poller
     * @param made     is given each new handler
     * @return a factory; what it makes fails with {@link UncheckedIOException} where the kernel refuses another poller
     */
    public static IoHandlerFactory newFactory(PollerProvider provider, Consumer<EngineIoHandler> made) {
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                try {
                    EngineIoHandler handler = new EngineIoHandler(executor, new Engine(provider.open(), executor));
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

    /** {@return the counters of this loop; any thread may read them} */
    public Counters counters() {
        return engine.counters();
    }

    /** The channels that are registered now. Loop thread only. */
    List<Channel> channels() {
        assert executor.isExecutorThread(Thread.currentThread());
        return engine.handles().stream()
                .map(handle -> ((LoopHandle) handle).channel())
                .filter(Objects::nonNull)
                .toList();
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

    /** Netty's view of the loop in one {@link #run}. */
    private static final class Loop implements LoopContext {

        private IoHandlerContext context;

        @Override
        public boolean canBlock() {
            return context.canBlock();
        }

        @Override
        public long nanosToDeadline() {
            return context.deadlineNanos() == -1 ? -1 : Math.max(0, context.delayNanos(System.nanoTime()));
        }

        @Override
        public boolean isTimed() {
            return context.shouldReportActiveIoTime();
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) {
        if (!(handle instanceof LoopHandle loopHandle)) {
            throw new IllegalArgumentException("this loop runs " + LoopHandle.class.getName() + "s, not a "
                    + handle.getClass().getName());
        }
        Registration registration = engine.register(loopHandle);
        try {
            handle.registered();
        } catch (Throwable t) {
            registration.closing(true);
            throw t;
        }
        return new LoopRegistration(registration, loopHandle);
    }

    @Override
    public void wakeup() {
        if (!executor.isExecutorThread(Thread.currentThread())) {
            engine.wakeup();
        }
    }

    /**
     * Closes all handles. Netty calls it in each iteration of a shutdown, so it finds what tasks have registered since.
     */
    @Override
    public void prepareToDestroy() {
        engine.closeAll();
    }

    /** Closes all handles, and tells whether there was any. */
    boolean closeAll() {
        return engine.closeAll();
    }

    @Override
    public void destroy() {
        engine.destroy();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return LoopHandle.class.isAssignableFrom(handleType);
    }
}
