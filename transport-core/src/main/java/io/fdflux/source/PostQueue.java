package io.fdflux.source;

import io.fdflux.engine.GuestRegistration;
import io.fdflux.loop.LoopGuest;
import io.fdflux.loop.Placement;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Values of any thread for one subscriber on one loop, which shares the loop's passes with its other sources. By
 * {@link DrainState}, one drain takes one wake-up, however many values it finds, and values without demand take
 * none. Thread-safe.
 *
 * @param <T> the values
 */
public final class PostQueue<T> extends Flux<T> {

    /** What ends the queue: nothing so far, completion, or an error. */
    private record End(Throwable cause) {}

    /** Values per turn of the loop, so that its other users are served between (invariant 6). */
    private static final int VALUES_PER_TURN = 256;

    private final IoEventLoop loop;
    private final int priority;
    private final int capacity;
    private final Queue<T> values = new ConcurrentLinkedQueue<>();
    /** Values that wait, and places of offers that have not added theirs yet. */
    private final AtomicInteger size = new AtomicInteger();

    private final DrainState state = new DrainState();
    private final AtomicBoolean subscribed = new AtomicBoolean();
    /** Null before the subscription, and after its end. */
    private final AtomicReference<PostStream> stream = new AtomicReference<>();
    /** Of the subscriber, once it is gone. */
    private volatile Context discards = Context.empty();

    private final AtomicReference<End> end = new AtomicReference<>();

    /**
     * Creates an empty queue.
     *
     * @param where    chooses the loop that delivers the values, and their place in its passes
     * @param capacity the most values that wait, positive
     */
    public PostQueue(Placement where, int capacity) {
        this.loop = where.nextLoop();
        this.priority = where.priority();
        this.capacity = capacity;
    }

    /**
     * Queues a value. Any thread.
     *
     * @param value not null
     * @return false if the queue is full or has ended: the value is still the caller's. If true, it is delivered, or
     *     discarded if the subscriber goes away first
     */
    public boolean offer(T value) {
        if (end.get() != null || state.isEnded() || !reserve()) {
            return false;
        }
        if (end.get() != null) { // it has come first; it may wait for this place
            size.decrementAndGet();
            signal();
            return false;
        }
        values.add(value);
        signal();
        return true;
    }

    private boolean reserve() {
        int before;
        do {
            before = size.get();
            if (before >= capacity) {
                return false;
            }
        } while (!size.compareAndSet(before, before + 1));
        return true;
    }

    /**
     * Ends the queue, after the values that it has. Any thread. The first call counts.
     *
     * @param cause an error, or null for completion
     */
    public void end(Throwable cause) {
        if (end.compareAndSet(null, new End(cause))) {
            signal();
        }
    }

    /** {@return the number of values that wait} */
    public int size() {
        return size.get();
    }

    /** Wakes the loop if the subscriber waits. */
    private void signal() {
        if (state.isEnded()) {
            discardAll();
            return;
        }
        PostStream subscriber = stream.get();
        if (subscriber != null && (isAtEnd() || state.claim())) {
            subscriber.wake();
        }
    }

    /** Whether the end is all that is left. Then no offer is under way that saw no end. It needs no demand. */
    private boolean isAtEnd() {
        return end.get() != null && size.get() == 0;
    }

    private T poll() {
        T value = values.poll();
        if (value != null) {
            size.decrementAndGet();
        }
        return value;
    }

    private void discardAll() {
        for (T value = poll(); value != null; value = poll()) {
            Operators.onDiscard(value, discards);
        }
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        if (!subscribed.compareAndSet(false, true)) {
            Operators.error(actual, new IllegalStateException("posts have one subscriber; share the Flux for several"));
            return;
        }
        PostStream subscriber = new PostStream(actual);
        stream.set(subscriber);
        subscriber.subscribe();
    }

    private final class PostStream extends LoopStream<T> implements LoopGuest {

        private final Runnable delivery = this::deliver;
        private final Runnable wish = this::askForTurn;
        /** Null until the stream is registered. */
        private GuestRegistration turns;

        private boolean delivering;

        PostStream(CoreSubscriber<? super T> actual) {
            super(loop, actual, "a stream of posts");
        }

        @Override
        void register() {
            IoRegistration registered = register(this);
            turns = registered == null ? null : registered.attachment();
        }

        @Override
        public int priority() {
            return priority;
        }

        void wake() {
            onLoop(wish);
        }

        @Override
        void started() {
            askForTurn(); // values or the end may have come already
        }

        @Override
        protected void demanded() {
            askForTurn();
        }

        private void askForTurn() {
            if (turns != null && !delivering) { // else started() asks, or the present turn goes on
                turns.want();
            }
        }

        @Override
        public void turn() {
            delivering = true;
            guarded(delivery);
            delivering = false;
        }

        private void deliver() {
            int count = 0;
            while (!isOver()) {
                if (isAtEnd()) {
                    finish(end.get());
                } else if (!hasDemand()) {
                    return;
                } else if (count == VALUES_PER_TURN) {
                    turns.want();
                    return;
                } else {
                    T value = poll();
                    if (value != null) {
                        count++;
                        next(value);
                    } else if (waits()) {
                        return;
                    }
                }
            }
        }

        /** Whether the next value or the end will wake the loop. False if one came meanwhile. */
        private boolean waits() {
            state.await();
            boolean nothingCame = values.isEmpty() && !isAtEnd();
            return nothingCame || !state.claim();
        }

        private void finish(End ending) {
            if (ending.cause() == null) {
                complete();
            } else {
                fail(ending.cause());
            }
        }

        @Override
        void ended() {
            discards = actual().currentContext();
            stream.set(null);
            state.end();
            discardAll();
        }

        @Override
        public void close() {
            closedByLoop();
        }
    }
}
