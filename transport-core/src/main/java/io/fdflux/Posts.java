package io.fdflux;

import io.fdflux.source.PostQueue;
import java.util.Objects;
import reactor.core.publisher.Flux;

/**
 * Hands values of any thread to one loop. However many values are offered before the loop runs, they take one wake-up,
 * and none while the subscriber has no demand. Thread-safe.
 *
 * @param <T> the values
 */
public final class Posts<T> {

    private final PostQueue<T> queue;

    private Posts(PostQueue<T> queue) {
        this.queue = queue;
    }

    /**
     * Posts without a limit to the values that wait.
     *
     * @param loops of which one delivers the values
     * @param <T>   the values
     * @return the posts
     */
    public static <T> Posts<T> create(FdLoops loops) {
        return create(loops, Integer.MAX_VALUE);
    }

    /**
     * Posts with a limit.
     *
     * @param loops    of which one delivers the values
     * @param capacity the most values that wait, positive
     * @param <T>      the values
     * @return the posts
     */
    public static <T> Posts<T> create(FdLoops loops, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("posts need a capacity of at least 1, not " + capacity);
        }
        return new Posts<>(new PostQueue<>(loops.placement(), capacity));
    }

    /**
     * Offers a value, before or after the subscription. Does not block.
     *
     * @param value not null
     * @return true if it was taken: it is delivered, or discarded (see {@link Flux#doOnDiscard}) if the subscriber goes
     *     away first. False if {@code capacity} values wait, or the posts have ended: it is still the caller's
     */
    public boolean offer(T value) {
        return queue.offer(Objects.requireNonNull(value, "value"));
    }

    /** Completes the Flux after the values that were taken. Later calls, and those of {@link #fail}, have no effect. */
    public void complete() {
        queue.end(null);
    }

    /**
     * Fails the Flux after the values that were taken. Later calls, and those of {@link #complete}, have no effect.
     *
     * @param cause the error
     */
    public void fail(Throwable cause) {
        queue.end(Objects.requireNonNull(cause, "cause"));
    }

    /** {@return the number of values that wait} */
    public int size() {
        return queue.size();
    }

    /**
     * The values, in the order of each thread's offers, on the loop's thread.
     *
     * @return one value per request; one subscriber in all. Ends with {@link IllegalStateException} for another one, or
     *     when the loops are closed
     */
    public Flux<T> flux() {
        return queue;
    }
}
