package io.fdflux.loop;

import io.fdflux.posix.ffi.CallingThread;
import io.fdflux.posix.ffi.NativeFunctions;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.foreign.MemorySegment;
import reactor.core.scheduler.NonBlocking;

/** Creates the loops' threads, on which Reactor refuses {@code block()}. */
public final class LoopThreadFactory extends DefaultThreadFactory {

    private static final class LoopThread extends FastThreadLocalThread implements NonBlocking, CallingThread {

        private final MemorySegment callState = NativeFunctions.newState();

        LoopThread(ThreadGroup group, Runnable task, String name) {
            super(group, task, name);
        }

        @Override
        public MemorySegment callState() {
            return callState;
        }
    }

    public LoopThreadFactory(String prefix, boolean daemon) {
        super(prefix, daemon);
    }

    @Override
    protected Thread newThread(Runnable task, String name) {
        return new LoopThread(threadGroup, task, name);
    }
}
