package io.fdflux.loop;

import io.fdflux.engine.TurnClock;
import io.fdflux.spi.SourceKind;
import io.netty.channel.Channel;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.SystemPropertyUtil;
import java.util.Iterator;
import java.util.concurrent.Executor;

/** An event loop that lists its registered channels, as Netty's own loops do. */
public final class EngineEventLoop extends SingleThreadIoEventLoop {

    /**
     * How long tasks may run while descriptors are due. Netty's loops let them run for a second, under this name. Tasks
     * that beget tasks for ever are common: so Reactor Netty writes a Flux that always has an element, as long as its
     * peer reads.
     */
    private static final int TASK_MILLIS =
            Math.max(1, SystemPropertyUtil.getInt("io.netty.eventLoop.maxTaskProcessingQuantumMs", 10));

    private final Ticker ticker;
    /** Set at the shutdown. */
    private volatile Ticker runningTicker;

    /**
     * Creates a loop.
     *
     * @param parent   its group
     * @param executor starts its thread
     * @param handlers creates its {@link EngineIoHandler}
     * @param ticker   the clock of its timers
     */
    public EngineEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers, Ticker ticker) {
        this.ticker = ticker; // first, because the constructor above reads the clock
        super(parent, executor, handlers, DEFAULT_MAX_PENDING_TASKS, RejectedExecutionHandlers.reject(), TASK_MILLIS);
    }

    /** The clock of a test may stand still. From the shutdown on it runs, so that the quiet period ends. */
    @Override
    public Ticker ticker() {
        if (ticker == Ticker.systemTicker() || !isShuttingDown()) {
            return ticker;
        }
        Ticker running = runningTicker;
        if (running == null) {
            running = new RunningTicker(ticker);
            runningTicker = running;
        }
        return running;
    }

    /** Without a timer the loop sleeps until it is woken. Netty's own answer would wake it every second. */
    @Override
    protected long deadlineNanos() {
        return nextScheduledTaskDeadlineNanos();
    }

    /** {@return where its time goes} Any thread. */
    public TurnClock clock() {
        return handler().clock();
    }

    /** {@return its present thread; null before its first task} Any thread. */
    public Thread thread() {
        return handler().thread();
    }

    private EngineIoHandler handler() {
        return (EngineIoHandler) ioHandler();
    }

    /**
     * Whether the poller watches a kind of kernel source. Loop thread only.
     *
     * @param kind the kind
     * @return false if a {@link LoopSource} of this kind would only be refused
     */
    public boolean offers(SourceKind kind) {
        return handler().offers(kind);
    }

    /**
     * Closes the handles that {@link EngineIoHandler#prepareToDestroy()} has missed, while the loop still accepts the
     * resulting tasks. Netty never calls that method after the last tasks. Without a quiet period, it does not call the
     * method either if the shutdown begins after the poll.
     */
    @Override
    protected boolean confirmShutdown() {
        boolean confirmed = super.confirmShutdown();
        if (confirmed && !isShutdown() && handler().closeAll()) {
            super.confirmShutdown();
        }
        return confirmed;
    }

    /** Also counts descriptors that are no channels, and kernel sources. Any thread. */
    @Override
    public int registeredChannels() {
        return getNumOfRegisteredChannels();
    }

    /** Iterates over a copy. Loop thread only. */
    @Override
    public Iterator<Channel> registeredChannelsIterator() {
        return handler().channels().iterator();
    }
}
