package io.fdflux.loop;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Lets the loops of this process send what they have promised before the JVM ends. A writer that was told of success
 * may end the process right away, in the callback or by returning from main. Thread-safe.
 *
 * <pre>
 * loop's thread                           | who sends
 * ----------------------------------------+-----------------------------------------------------------
 * runs                                    | the loop, which ends its turn and goes on; the hook waits
 * blocked in System.exit, by its callback | the hook: that thread never returns
 * has ended                               | nobody: the loop's end was its last attempt
 * </pre>
 *
 * The hook ends when nothing is left, or when no peer has taken anything for a second. It is registered while there are
 * loops, so that it keeps no class loader from being unloaded.
 */
final class ExitHook {

    private static final InternalLogger LOG = InternalLoggerFactory.getInstance(ExitHook.class);

    /** How long all peers together may take nothing. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long PAUSE_MILLIS = 1;

    private static final Set<EngineIoHandler> LOOPS = ConcurrentHashMap.newKeySet();

    private static Thread hook;

    private ExitHook() {}

    static synchronized void add(EngineIoHandler loop) {
        LOOPS.add(loop);
        if (hook == null) {
            Thread fresh = new Thread(ExitHook::run, "fdflux-exit");
            try {
                Runtime.getRuntime().addShutdownHook(fresh);
                hook = fresh;
            } catch (IllegalStateException e) {
                LOG.debug("The process ends already: what a new loop promises may be lost", e);
            }
        }
    }

    static synchronized void remove(EngineIoHandler loop) {
        LOOPS.remove(loop);
        if (LOOPS.isEmpty() && hook != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
                hook = null;
            } catch (IllegalStateException e) {
                LOG.trace("The process ends, and the hook with it", e);
            }
        }
    }

    private static void run() {
        long left = Long.MAX_VALUE;
        long progressAt = System.nanoTime();
        while (System.nanoTime() - progressAt < PATIENCE_NANOS) {
            long now = promisedBytes();
            if (now == 0) {
                return;
            }
            if (now != left) {
                left = now;
                progressAt = System.nanoTime();
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
        LOG.debug("The process ends with {} bytes that its peers have not taken", left);
    }

    private static long promisedBytes() {
        long bytes = 0;
        for (EngineIoHandler loop : LOOPS) {
            bytes += loop.promisedAtExit();
        }
        return bytes;
    }
}
