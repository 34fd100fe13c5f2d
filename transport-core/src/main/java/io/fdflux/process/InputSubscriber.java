package io.fdflux.process;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Joins a source and a writer that come in any order, each once. It is the source's subscriber and the writer's source.
 * Any thread.
 *
 * <pre>
 * event                    | without a writer            | with one
 * -------------------------+-----------------------------+---------------------------------
 * subscribe (the writer)   | gets the source, if there   | -
 *                          | is one                      |
 * onSubscribe (the source) | kept                        | goes to the writer
 * onNext                   | a source that was not asked | goes to the writer
 * onComplete, onError      | kept, until the writer has  | goes to the writer
 *                          | its subscription            |
 * failed                   | the source is cancelled     | the writer has cancelled it
 * </pre>
 */
public final class InputSubscriber implements CoreSubscriber<ByteBuf>, Publisher<ByteBuf> {

    private Subscription source;
    private Subscriber<? super ByteBuf> writer;
    /** The writer has its subscription. */
    private boolean joined;

    private boolean ended;
    /** Why the source has ended; null if it has completed. */
    private Throwable error;

    private boolean failed;

    /** Creates one without a source and a writer. */
    public InputSubscriber() {}

    @Override
    public void subscribe(Subscriber<? super ByteBuf> subscriber) {
        Subscription joining;
        synchronized (this) {
            writer = subscriber;
            joining = source;
        }
        if (joining != null) {
            join(subscriber, joining);
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        Objects.requireNonNull(subscription, "subscription");
        Subscriber<? super ByteBuf> joining;
        boolean refused;
        synchronized (this) {
            refused = source != null || failed;
            joining = writer;
            source = source == null ? subscription : source;
        }
        if (refused) {
            subscription.cancel();
        } else if (joining != null) {
            join(joining, subscription);
        }
    }

    private void join(Subscriber<? super ByteBuf> to, Subscription from) {
        to.onSubscribe(from);
        boolean atEnd;
        synchronized (this) {
            joined = true;
            atEnd = ended;
        }
        if (atEnd) {
            passEnd(to);
        }
    }

    @Override
    public void onNext(ByteBuf buffer) {
        Objects.requireNonNull(buffer, "buffer");
        Subscriber<? super ByteBuf> to;
        synchronized (this) {
            to = writer;
        }
        if (to == null) {
            buffer.release();
        } else {
            to.onNext(buffer);
        }
    }

    @Override
    public void onError(Throwable cause) {
        Objects.requireNonNull(cause, "cause");
        ended(cause);
    }

    @Override
    public void onComplete() {
        ended(null);
    }

    private void ended(Throwable cause) {
        Subscriber<? super ByteBuf> to;
        synchronized (this) {
            ended = true;
            error = cause;
            to = joined ? writer : null;
        }
        if (to != null) {
            passEnd(to);
        }
    }

    private void passEnd(Subscriber<? super ByteBuf> to) {
        if (error == null) {
            to.onComplete();
        } else {
            to.onError(error);
        }
    }

    /**
     * The writing has failed. Nobody else is told.
     *
     * @param cause goes to Reactor's hook for dropped errors
     */
    public void failed(Throwable cause) {
        Subscription left;
        synchronized (this) {
            failed = true;
            left = writer == null ? source : null;
        }
        if (left != null) {
            left.cancel();
        }
        Operators.onErrorDropped(cause, Context.empty());
    }
}
