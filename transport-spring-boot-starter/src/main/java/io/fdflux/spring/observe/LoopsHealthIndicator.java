package io.fdflux.spring.observe;

import io.fdflux.FdLoops;
import io.fdflux.LoopView;
import io.fdflux.spring.LoopGroups;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Down while a loop is stuck, with its stack. Looks from outside: no task is queued, and no loop is woken. Loops
 * measure their turns for it.
 */
final class LoopsHealthIndicator extends AbstractHealthIndicator {

    private final LoopGroups groups;
    private final long patienceNanos;
    /** Guarded by itself. */
    private final Map<LoopView, LastTurn> lastTurns = new WeakHashMap<>();

    LoopsHealthIndicator(LoopGroups groups, Duration stuckAfter) {
        super("The health check of fdflux failed");
        this.groups = groups;
        this.patienceNanos = TimeUnit.NANOSECONDS.convert(stuckAfter);
        groups.whenOpened(loops -> loops.measureTurns(true));
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        List<Map<String, Object>> stuck = new ArrayList<>();
        int count = 0;
        for (FdLoops loops : groups.opened()) {
            for (LoopView view : loops.views()) {
                count++;
                long nanos = stuckFor(view);
                if (nanos >= patienceNanos) {
                    stuck.add(describe(loops, view, nanos));
                }
            }
        }
        builder.up().withDetail("loops", count);
        if (!stuck.isEmpty()) {
            builder.down().withDetail("stuck", stuck);
        }
    }

    private long stuckFor(LoopView view) {
        synchronized (lastTurns) {
            return lastTurns.computeIfAbsent(view, any -> new LastTurn()).stuckFor(view, System.nanoTime());
        }
    }

    private static Map<String, Object> describe(FdLoops loops, LoopView view, long nanos) {
        Map<String, Object> loop = new LinkedHashMap<>();
        loop.put("group", loops.name());
        loop.put("loop", view.index());
        loop.put("state", view.state());
        loop.put("millis", TimeUnit.NANOSECONDS.toMillis(nanos));
        loop.put("pendingTasks", view.pendingTasks());
        view.thread().ifPresent(thread -> {
            loop.put("thread", thread.getName());
            loop.put(
                    "stack",
                    Stream.of(thread.getStackTrace())
                            .map(StackTraceElement::toString)
                            .toList());
        });
        return loop;
    }
}
