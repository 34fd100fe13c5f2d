package io.fdflux.loop;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;
import reactor.core.scheduler.NonBlocking;

/** Creates the loops' threads, on which Reactor refuses {@code block()}. */
public final class LoopThreadFactory extends DefaultThreadFactory {

    private static final class LoopThread extends FastThreadLocalThread implements NonBlocking {
        LoopThread(ThreadGroup group, Runnable task, String name) {
            super(group, task, name);
        }
    }

    private volatile boolean startedThreads;

    public LoopThreadFactory(String prefix, boolean daemon) {
        super(prefix, daemon);
    }

    @Override
    protected Thread newThread(Runnable task, String name) {
        startedThreads = true;
        return new LoopThread(threadGroup, task, name);
    }

    /** {@return whether a loop has ever run; Netty starts a loop's thread with its first task} */
    public boolean hasStartedThreads() {
        return startedThreads;
    }
}
