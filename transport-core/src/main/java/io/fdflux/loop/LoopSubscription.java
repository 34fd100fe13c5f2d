package io.fdflux.loop;

import io.netty.channel.IoEventLoop;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.RejectedExecutionException;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * A subscription whose state belongs to a loop. It ends exactly once, with one signal unless it was cancelled.
 *
 * <pre>
 * event              thread  before onSubscribe   after it                      ended
 * request            any     -                    adds demand, demanded()       nothing
 * cancel             any     -                    ends without a signal         nothing
 * fail, complete     loop    error                the signal                    an error is dropped
 * user code throws   loop    -                    error                         logged
 * </pre>
 *
 * The subscriber gets its subscription on the loop, once {@link #passSubscription} is called. So what happens after
 * {@code onSubscribe} is not missed, and no request comes earlier. Fields belong to the loop's thread unless a comment
 * says otherwise.
 *
 * @param <T> type of the elements
 */
public abstract class LoopSubscription<T> implements Subscription {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(LoopSubscription.class);

    private final IoEventLoop loop;
    private final CoreSubscriber<? super T> actual;
    private final String name;
    /** Any thread. */
    private volatile boolean cancelled;

    private boolean subscribed;
    private boolean done;
    private long demand;

    /**
     * Creates a subscription that the subscriber does not have yet.
     *
     * @param loop   whose thread delivers
     * @param actual the subscriber
     * @param name   what is delivered, in messages: {@code tail(/var/log/messages)}
     */
    protected LoopSubscription(IoEventLoop loop, CoreSubscriber<? super T> actual, String name) {
        this.loop = loop;
        this.actual = actual;
        this.name = name;
    }

    // ---- for subclasses

    /** Called when demand was added. There is some. */
    protected abstract void demanded();

    /** Releases everything. Called once, at the end. */
    protected abstract void released();

    protected final IoEventLoop loop() {
        return loop;
    }

    protected final CoreSubscriber<? super T> actual() {
        return actual;
    }

    protected final IllegalStateException loopsClosed() {
        return new IllegalStateException("the loops have been closed; " + name + " is not possible");
    }

    /** Passes the subscription on. Returns false if it has ended, before or in {@code onSubscribe}. */
    protected final boolean passSubscription() {
        if (!done) {
            subscribed = true;
            actual.onSubscribe(this);
        }
        return !done;
    }

    /** {@return whether the subscriber has its subscription} */
    protected final boolean isSubscribed() {
        return subscribed;
    }

    /** {@return whether nothing may be signalled any more} */
    protected final boolean isOver() {
        return done || cancelled;
    }

    protected final boolean hasDemand() {
        return demand > 0 && !isOver();
    }

    /** Delivers an element. There must be demand. */
    protected final void next(T element) {
        demand--;
        try {
            actual.onNext(element);
        } catch (Throwable t) {
            fail(new IllegalStateException("the subscriber of " + name + " threw in onNext", t));
        }
    }

    /** Runs a part of the stream. Anything that user code throws there ends this stream only. */
    protected final void guarded(Runnable part) {
        try {
            part.run();
        } catch (Throwable t) {
            fail(t);
        }
    }

    /** Runs a part of the stream on its loop. Any thread. False if the loops have been closed. */
    protected final boolean onLoop(Runnable part) {
        if (isOnLoop()) {
            guarded(part);
            return true;
        }
        try {
            loop.execute(() -> guarded(part));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private boolean isOnLoop() {
        return loop.inEventLoop() && !loop.isShutdown(); // else the poller is closed, or closes next
    }

    /** Ends the stream with its completion. */
    protected final void complete() {
        if (end() && !cancelled) {
            try {
                actual.onComplete();
            } catch (Throwable t) {
                LOGGER.warn("The subscriber of {} threw in onComplete", name, t);
            }
        }
    }

    /** Ends the stream with an error. */
    protected final void fail(Throwable cause) {
        boolean signal = end() && !cancelled;
        try {
            if (!signal) {
                Operators.onErrorDropped(cause, actual.currentContext());
            } else if (subscribed) {
                actual.onError(cause);
            } else {
                Operators.error(actual, cause);
            }
        } catch (Throwable t) {
            LOGGER.warn("The subscriber of {} threw in onError for {}", name, cause, t);
        }
    }

    /** Ends the stream because its loop is closed. If it was cancelled before, that is no error of anybody. */
    protected final void closed(Throwable cause) {
        if (cancelled) {
            end();
        } else {
            fail(cause);
        }
    }

    /** {@return whether this call has ended the stream} */
    private boolean end() {
        if (done) {
            return false;
        }
        done = true;
        try {
            released();
        } catch (Throwable t) {
            LOGGER.warn("{} has ended, but its cleanup failed", name, t);
        }
        return true;
    }

    // ---- the subscription

    @Override
    public final void request(long n) {
        if (!isOnLoop()) {
            onLoop(() -> addDemand(n));
            return;
        }
        try {
            addDemand(n); // without the objects of a task, because this may be a call per element
        } catch (Throwable t) {
            fail(t);
        }
    }

    private void addDemand(long n) {
        if (isOver()) {
            return;
        }
        if (n <= 0) {
            fail(new IllegalArgumentException(
                    "request of " + n + ": a positive number is needed (Reactive Streams 3.9)"));
            return;
        }
        demand = Operators.addCap(demand, n);
        demanded();
    }

    @Override
    public final void cancel() {
        cancelled = true;
        onLoop(this::end);
    }

    @Override
    public final String toString() {
        return name;
    }
}
