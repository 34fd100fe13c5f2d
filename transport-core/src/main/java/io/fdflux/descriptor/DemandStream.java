package io.fdflux.descriptor;

import io.fdflux.posix.Descriptor;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * A subscription whose elements are demanded. Demand is a plain counter, because requests of other threads are queued
 * on the loop.
 *
 * @param <T> type of the elements
 */
abstract class DemandStream<T> extends DescriptorStream {

    private final CoreSubscriber<? super T> actual;
    private final String use;
    private long demand;
    private long invalidRequest = 1;
    /** Created once, so that an attempt allocates nothing of its own. */
    private final Runnable turn = this::runTurn;

    DemandStream(DescriptorHandles handles, Descriptor descriptor, CoreSubscriber<? super T> actual, String use) {
        super(handles, descriptor, actual, use);
        this.actual = actual;
        this.use = use;
    }

    /** Asks for an attempt. Called for each request. */
    void want() {
        handle().registration().wantRead();
    }

    /** Cancels {@link #want}. Called when the last request is answered. */
    void unwant() {
        handle().registration().dropRead();
    }

    /** Makes a due attempt, on the loop. */
    abstract void makeAttempt();

    @Override
    public final void attempt() {
        guarded(turn);
    }

    private void runTurn() {
        if (!isOver()) { // another thread may have cancelled; its task is still queued
            makeAttempt();
        }
    }

    final boolean hasDemand() {
        return demand > 0;
    }

    @Override
    final void attached() {
        if (invalidRequest <= 0) {
            refuse(invalidRequest);
        } else if (demand > 0) {
            want();
        }
    }

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
            if (isStarted()) {
                refuse(n);
            } else {
                invalidRequest = n; // onSubscribe may still be running on another thread
            }
            return;
        }
        demand = Operators.addCap(demand, n);
        if (isAttached()) {
            want();
        }
    }

    private void refuse(long n) {
        fail(new IllegalArgumentException("request of " + n + ": a positive number is needed (Reactive Streams 3.9)"));
    }

    /** Answers one request. An exception of the subscriber ends the stream. */
    final void deliver(T element) {
        demand--;
        try {
            actual.onNext(element);
        } catch (Throwable t) {
            fail(new IllegalStateException("the subscriber of " + use + "(" + descriptor() + ") threw in onNext", t));
        }
        if (demand == 0 && !isOver()) {
            unwant();
        }
    }
}
