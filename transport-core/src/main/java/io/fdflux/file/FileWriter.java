package io.fdflux.file;

import io.netty.buffer.ByteBuf;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * One writer of a file. It is the Mono's subscription, which ignores valid requests, and the source's subscriber.
 * Signals of any thread are noted, and {@link #drain} handles them on the worker, one thread at a time.
 */
final class FileWriter implements CoreSubscriber<ByteBuf>, Subscription {

    private static final int PREFETCH = 32;
    private static final int REPLENISHED = PREFETCH - PREFETCH / 4;

    private static final AtomicIntegerFieldUpdater<FileWriter> WIP =
            AtomicIntegerFieldUpdater.newUpdater(FileWriter.class, "wip");
    private static final AtomicReferenceFieldUpdater<FileWriter, Subscription> UPSTREAM =
            AtomicReferenceFieldUpdater.newUpdater(FileWriter.class, Subscription.class, "upstream");
    private static final AtomicReferenceFieldUpdater<FileWriter, Throwable> FAILURE =
            AtomicReferenceFieldUpdater.newUpdater(FileWriter.class, Throwable.class, "failure");

    private final Scheduler.Worker worker;
    private final CoreSubscriber<? super Void> actual;
    private final Publisher<? extends ByteBuf> source;
    private final Callable<? extends ByteTarget> open;
    private final Queue<ByteBuf> queue = Queues.<ByteBuf>get(PREFETCH).get();

    // Written by any thread.
    private volatile int wip;
    private volatile Subscription upstream;
    /** What ends the stream at once: an invalid request, a source that breaks the rules. */
    private volatile Throwable failure;
    /** The end of the source, behind what is queued. */
    private volatile boolean sourceDone;

    private volatile boolean cancelled;

    // Of the thread that drains.
    private Throwable sourceError;
    private ByteTarget file;
    private int answered;
    private boolean started;
    private boolean done;

    FileWriter(
            Scheduler.Worker worker,
            CoreSubscriber<? super Void> actual,
            Publisher<? extends ByteBuf> source,
            Callable<? extends ByteTarget> open) {
        this.worker = worker;
        this.actual = actual;
        this.source = source;
        this.open = open;
    }

    // ---- signals

    @Override
    public void onSubscribe(Subscription subscription) {
        if (subscription == null) {
            throw failed(new NullPointerException("onSubscribe(null)"));
        }
        if (Operators.setOnce(UPSTREAM, this, subscription)) {
            subscription.request(PREFETCH);
        }
    }

    @Override
    public void onNext(ByteBuf buffer) {
        if (buffer == null) {
            throw failed(new NullPointerException("onNext(null)"));
        }
        if (!queue.offer(buffer)) {
            buffer.release();
            failed(new IllegalStateException("the source emitted more than was requested"));
        }
        drain();
    }

    @Override
    public void onError(Throwable cause) {
        if (cause == null) {
            throw failed(new NullPointerException("onError(null)"));
        }
        if (sourceDone) {
            Operators.onErrorDropped(cause, currentContext());
            return;
        }
        sourceError = cause;
        sourceDone = true;
        drain();
    }

    @Override
    public void onComplete() {
        sourceDone = true;
        drain();
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            failed(new IllegalArgumentException(
                    "request of " + n + ": a positive number is needed (Reactive Streams 3.9)"));
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        drain();
    }

    private <E extends Throwable> E failed(E cause) {
        if (!FAILURE.compareAndSet(this, null, cause)) {
            Operators.onErrorDropped(cause, currentContext());
        }
        drain();
        return cause;
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    // ---- the worker

    /** Has the noted signals handled. Any thread. */
    void drain() {
        if (WIP.getAndIncrement(this) != 0) {
            return;
        }
        try {
            worker.schedule(this::run);
        } catch (RejectedExecutionException e) {
            // The stream has ended, or the scheduler has: the file is closed here then.
            FAILURE.compareAndSet(this, null, e);
            run();
        }
    }

    private void run() {
        int missed = 1;
        do {
            try {
                step();
            } catch (Throwable t) {
                end(t);
            }
            missed = WIP.addAndGet(this, -missed);
        } while (missed != 0);
    }

    private void step() throws Exception {
        if (!done && (cancelled || failure != null)) {
            end(failure);
        }
        if (!done && !started) {
            started = true;
            file = open.call();
            source.subscribe(this);
        }
        while (!done) {
            boolean last = sourceDone;
            ByteBuf buffer = queue.poll();
            if (buffer == null) {
                if (last) {
                    end(sourceError);
                }
                break;
            }
            write(buffer);
            if (cancelled || failure != null) {
                end(failure);
            }
        }
        if (done) {
            discardQueue();
        }
    }

    private void write(ByteBuf buffer) throws Exception {
        try {
            file.write(buffer);
        } finally {
            buffer.release();
        }
        answered++;
        if (answered == REPLENISHED && !sourceDone) {
            answered = 0;
            upstream.request(REPLENISHED);
        }
    }

    private void end(Throwable cause) {
        if (done) {
            return;
        }
        done = true;
        Throwable error = cause;
        if (!sourceDone) {
            Operators.terminate(UPSTREAM, this);
        }
        discardQueue();
        if (file != null) {
            try {
                file.close();
            } catch (Throwable t) {
                if (error == null) {
                    error = t;
                } else {
                    error.addSuppressed(t);
                }
            }
        }
        try {
            signalEnd(error);
        } finally {
            worker.dispose(); // later, because a subscriber may block this thread, and a free worker gets new tasks
        }
    }

    private void signalEnd(Throwable error) {
        if (cancelled) {
            return;
        }
        if (error == null) {
            actual.onComplete();
        } else {
            actual.onError(error);
        }
    }

    private void discardQueue() {
        for (ByteBuf buffer = queue.poll(); buffer != null; buffer = queue.poll()) {
            buffer.release();
        }
    }
}
