package io.fdflux.process;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * The exit of a child for several subscribers. An exception of one is its own: it gets an error, and the others get the
 * exit. Without this, a sink of Reactor would skip those behind it.
 */
final class ExitMono extends Mono<Integer> {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(ExitMono.class);

    private final Mono<Integer> exit;
    private final String name;

    /** Creates a Mono over a shared one; {@code name} is the child's, in messages. */
    ExitMono(Mono<Integer> exit, String name) {
        this.exit = exit;
        this.name = name;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Integer> actual) {
        exit.subscribe(new Guard(actual, name));
    }

    /** One subscriber. Called by one thread at a time. */
    private static final class Guard implements CoreSubscriber<Integer> {

        private final CoreSubscriber<? super Integer> actual;
        private final String name;
        private boolean failed;

        Guard(CoreSubscriber<? super Integer> actual, String name) {
            this.actual = actual;
            this.name = name;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            actual.onSubscribe(subscription);
        }

        @Override
        public void onNext(Integer status) {
            try {
                actual.onNext(status);
            } catch (Throwable t) {
                failed = true;
                fail(new IllegalStateException("the subscriber of the exit of " + name + " threw in onNext", t));
            }
        }

        @Override
        public void onError(Throwable cause) {
            if (!failed) {
                fail(cause);
            }
        }

        private void fail(Throwable cause) {
            try {
                actual.onError(cause);
            } catch (Throwable t) {
                LOGGER.warn("The subscriber of the exit of {} threw in onError for {}", name, cause, t);
            }
        }

        @Override
        public void onComplete() {
            if (failed) {
                return;
            }
            try {
                actual.onComplete();
            } catch (Throwable t) {
                LOGGER.warn("The subscriber of the exit of {} threw in onComplete", name, t);
            }
        }
    }
}
