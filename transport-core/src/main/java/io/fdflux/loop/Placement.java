package io.fdflux.loop;

import io.netty.channel.IoEventLoop;
import java.util.function.Supplier;

/**
 * Where new streams run: on which loops, and where in their passes.
 *
 * @param loops    chooses the loop of a stream
 * @param priority of the stream in a pass of that loop: a higher one runs first, 0 is normal
 */
public record Placement(Supplier<IoEventLoop> loops, int priority) {

    private static final int HIGHEST = 10;

    /** Refuses a priority out of range. */
    public Placement {
        checkPriority(priority);
    }

    /**
     * Refuses a priority out of range. The range is small, because a loop searches all priorities that it has met.
     *
     * @param priority -10 to 10
     * @return the priority
     * @throws IllegalArgumentException if it is out of range
     */
    public static int checkPriority(int priority) {
        if (priority < -HIGHEST || priority > HIGHEST) {
            throw new IllegalArgumentException(
                    "priorities lie between " + -HIGHEST + " and " + HIGHEST + ", 0 is normal, not " + priority);
        }
        return priority;
    }

    /** {@return the loop of the next stream} */
    public IoEventLoop nextLoop() {
        return loops.get();
    }
}
