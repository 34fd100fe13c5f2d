package io.fdflux.testsuite.clients;

import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** A subscriber that a test asks for elements, batch by batch. */
final class Batches<T> extends BaseSubscriber<T> {

    private volatile int count;
    private volatile Throwable failure;

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        // the test requests
    }

    @Override
    protected void hookOnNext(T element) {
        count++; // signals are serial
    }

    @Override
    protected void hookOnError(Throwable t) {
        failure = t;
    }

    int count() {
        return count;
    }

    /** {@return the error that ended it, or null} */
    Throwable failure() {
        return failure;
    }
}
