package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

/** Loops on threads of the user's own. */
@OnEveryPoller
class LoopThreadsTest {

    private final List<Thread> made = new CopyOnWriteArrayList<>();

    private final ThreadFactory factory = task -> {
        Thread thread = new Thread(task, "mine " + made.size());
        made.add(thread);
        return thread;
    };

    @Test
    void loopsRunOnThreadsOfTheFactory() throws InterruptedException {
        FdLoops loops = FdLoops.builder().loops(2).threadFactory(factory).build();
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        for (EventExecutor loop : loops.group()) {
            loop.submit(() -> used.add(Thread.currentThread())).sync();
        }
        loops.close();
        assertThat(used).hasSize(2).containsExactlyInAnyOrderElementsOf(made);
        for (Thread thread : made) {
            thread.join();
        }
    }

    /** A group without a started thread has nothing to be quiet for. */
    @Test
    void loopsThatNeverRanCloseWithoutAQuietPeriod() {
        FdLoops loops = FdLoops.builder().loops(1).threadFactory(factory).build();
        loops.group();
        loops.close(Duration.ofMinutes(1), Duration.ofMinutes(1)).syncUninterruptibly();
        assertThat(made).hasSizeLessThanOrEqualTo(1); // Netty stops a loop by a thread of its own
    }
}
