package io.fdflux.file;

import io.fdflux.loop.LoopSubscription;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import reactor.core.CoreSubscriber;
import reactor.core.scheduler.Schedulers;

/**
 * A subscription whose blocking work runs off its loop. The subscriber gets it once it is prepared. Elements that are
 * not requested yet are kept in order, and an end comes behind them. When the loops have terminated, it ends with
 * an error.
 *
 * @param <T> type of the elements
 */
abstract class FileStream<T> extends LoopSubscription<T> {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(FileStream.class);

    private final FutureListener<Object> whenTerminated = terminated -> closed(loopsClosed());
    private final ArrayDeque<T> ready = new ArrayDeque<>();
    private boolean draining;
    private boolean completing;
    /** What ends the stream behind the elements that are ready; null for completion. */
    private Throwable lastError;

    /** Creates a stream; {@code name} is what it delivers, in messages. */
    FileStream(IoEventLoop loop, CoreSubscriber<? super T> actual, String name) {
        super(loop, actual, name);
    }

    /** Subscribes. Any thread, once. */
    final void subscribe() {
        if (loop().isShuttingDown() || !onLoop(this::start)) {
            fail(loopsClosed());
        }
    }

    private void start() {
        loop().terminationFuture().addListener(whenTerminated);
        prepare();
    }

    // ---- for subclasses

    /** Prepares the stream, and calls {@link #prepared} when that is done. */
    abstract void prepare();

    /** Begins, after {@code onSubscribe}. There may be demand already. */
    abstract void begin();

    /** Continues, after demand was added, and when the elements that were ready are delivered. */
    abstract void advance();

    /** Releases everything. Called at the end of the stream. */
    abstract void ended();

    /** Releases an element that is not delivered. */
    abstract void discard(T element);

    /** Passes the subscription on. */
    final void prepared() {
        if (passSubscription()) {
            begin();
        }
    }

    /** {@return whether an element is wanted that is not ready} */
    final boolean isHungry() {
        return hasDemand() && ready.isEmpty() && !completing;
    }

    /** Adds an element behind those that are ready. {@link #deliver} must follow. */
    final void add(T element) {
        if (isOver() || completing) {
            discard(element);
        } else {
            ready.add(element);
        }
    }

    @Override
    protected final void demanded() {
        deliver();
    }

    /** Delivers what is ready, as far as there is demand. */
    final void deliver() {
        if (draining || !isSubscribed()) {
            return;
        }
        draining = true;
        try {
            while (hasDemand() && !ready.isEmpty()) {
                next(ready.poll());
            }
        } finally {
            draining = false;
        }
        if (completing && ready.isEmpty() && lastError != null) {
            fail(lastError);
        } else if (completing && ready.isEmpty()) {
            complete();
        } else if (isHungry()) {
            advance();
        }
    }

    /** Fails behind the elements that are ready. */
    final void failAfterReady(Throwable cause) {
        lastError = cause;
        completeAfterReady();
    }

    /** Completes behind the elements that are ready. */
    final void completeAfterReady() {
        completing = true;
        deliver();
    }

    /**
     * Runs blocking work on another thread, and continues with its result on the loop. An exception fails the stream.
     *
     * @param work      may block; may be interrupted at a shutdown
     * @param then      called on the loop, unless the stream has ended
     * @param discarded called otherwise, on any thread
     */
    final <R> void offLoop(Callable<R> work, Consumer<? super R> then, Consumer<? super R> discarded) {
        try {
            Schedulers.boundedElastic().schedule(() -> work(work, then, discarded));
        } catch (RejectedExecutionException e) {
            fail(e);
        }
    }

    private <R> void work(Callable<R> work, Consumer<? super R> then, Consumer<? super R> discarded) {
        R result;
        try {
            result = work.call();
        } catch (Throwable t) {
            if (!onLoop(() -> {
                if (!isOver()) {
                    fail(t);
                }
            })) {
                LOGGER.debug("{} failed while its loops were closed", this, t);
            }
            return;
        }
        boolean posted = onLoop(() -> {
            if (isOver()) {
                discarded.accept(result);
            } else {
                then.accept(result);
            }
        });
        if (!posted) {
            discarded.accept(result);
        }
    }

    @Override
    protected final void released() {
        try {
            loop().terminationFuture().removeListener(whenTerminated);
            ended();
        } finally {
            ready.forEach(this::discard);
            ready.clear();
        }
    }
}
