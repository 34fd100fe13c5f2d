package io.fdflux.descriptor;

import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * One subscription, reading or writing. It leases its descriptor until its end. It ends exactly once, with one signal
 * unless it was cancelled.
 *
 * <pre>
 * event                  thread  before attach          attached             ended
 * subscribe              caller  leases, onSubscribe
 * attach                 loop    ends for earlier       -                    nothing
 *                                events, or registers
 * cancel                 any     ends without a signal  the same             nothing
 * descriptor closed      closer  kept for attach        error                nothing
 * loops closed           any     error                  error                nothing
 * user code throws       loop    -                      error                logged
 * </pre>
 *
 * At the end the watch is disarmed, then the handle leaves {@link DescriptorHandles}, then the lease is released. In
 * this order neither a call nor a watch ever meets the next owner of the number.
 *
 * <p>Fields belong to the loop's thread unless a comment says otherwise.
 */
abstract class DescriptorStream implements Subscription, DescriptorHandle.Side {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(DescriptorStream.class);

    private final DescriptorHandles handles;
    private final Descriptor descriptor;
    private final CoreSubscriber<?> actual;
    private final String use;
    private final Runnable whenClosed = this::descriptorClosed;

    /** Set once by the subscribing thread; null when a closing thread reads it earlier. */
    private volatile DescriptorHandle handle;
    /** Any thread. */
    private volatile boolean cancelled;
    /** Any thread. */
    private volatile boolean descriptorClosed;

    private boolean started;
    private boolean attached;
    private boolean done;

    /** Creates a stream; {@code use} is its verb in messages, such as {@code read}. */
    DescriptorStream(DescriptorHandles handles, Descriptor descriptor, CoreSubscriber<?> actual, String use) {
        this.handles = handles;
        this.descriptor = descriptor;
        this.actual = actual;
        this.use = use;
    }

    /** Subscribes. Any thread, once. */
    final void subscribe() {
        if (!descriptor.lease(whenClosed)) {
            Operators.error(actual, new ClosedDescriptorException(descriptor, use));
            return;
        }
        handle = handles.acquire(descriptor);
        try {
            actual.onSubscribe(this);
        } catch (Throwable t) {
            cancel();
            startOrFail();
            throw t; // Reactor passes it to the subscriber
        }
        startOrFail();
    }

    private void startOrFail() {
        if (!handle.onLoop(() -> guarded(this::attach))) {
            fail(loopsClosed());
        }
    }

    private IllegalStateException loopsClosed() {
        return new IllegalStateException("the loops have been closed; " + use + "(" + descriptor + ") is not possible");
    }

    private void attach() {
        started = true;
        if (cancelled) {
            end();
        } else if (descriptorClosed) {
            fail(new ClosedDescriptorException(descriptor, use));
        } else if (handle.isShuttingDown()) {
            fail(loopsClosed());
        } else if (handle.attach(this, isReading())) {
            attached = true;
            attached();
        }
    }

    /** Runs on the thread that closes the descriptor, perhaps before {@link #handle} is set. */
    private void descriptorClosed() {
        descriptorClosed = true;
        onLoop(() -> {
            if (cancelled) {
                end();
            } else if (started && !done) {
                fail(new ClosedDescriptorException(descriptor, use));
            }
        });
    }

    @Override
    public final void cancel() {
        cancelled = true;
        onLoop(() -> {
            if (started) {
                end();
            }
        });
    }

    // ---- for subclasses

    abstract boolean isReading();

    @Override
    public final int priority() {
        return handles.priority();
    }

    /** Called once the descriptor is registered. */
    abstract void attached();

    /** Called at the end of the stream; releases buffers or cancels a source. */
    abstract void ended();

    @Override
    public final Descriptor descriptor() {
        return descriptor;
    }

    final DescriptorHandle handle() {
        return handle;
    }

    final boolean isAttached() {
        return attached;
    }

    /** {@return whether the stream must neither read, write nor signal any more} */
    final boolean isOver() {
        return done || cancelled;
    }

    final boolean isCancelled() {
        return cancelled;
    }

    final boolean isStarted() {
        return started;
    }

    /** {@return whether the caller is the loop's thread, where a part of this stream runs without {@link #onLoop}} */
    final boolean isOnLoop() {
        DescriptorHandle on = handle;
        return on != null && on.isOnLoop();
    }

    /**
     * Runs a part of this stream on its loop; an exception fails the stream. Any thread. False if the loops have
     * been closed.
     */
    final boolean onLoop(Runnable task) {
        DescriptorHandle on = handle;
        return on != null && on.onLoop(() -> guarded(task));
    }

    /** Runs a part of this stream. Anything that user code throws there ends this stream only. */
    final void guarded(Runnable part) {
        try {
            part.run();
        } catch (Throwable t) {
            fail(t);
        }
    }

    final void complete() {
        if (end() && !cancelled) {
            try {
                actual.onComplete();
            } catch (Throwable t) {
                LOGGER.warn("The subscriber of {}({}) threw in onComplete", use, descriptor, t);
            }
        }
    }

    /**
     * Ends the stream, delivers its only element and completes. The descriptor is free for other streams by then.
     *
     * @return false if the stream had ended or was cancelled; the element stays the caller's
     */
    final <T> boolean completeWith(CoreSubscriber<? super T> subscriber, T element) {
        if (!end() || cancelled) {
            return false;
        }
        try {
            subscriber.onNext(element);
            subscriber.onComplete();
        } catch (Throwable t) {
            LOGGER.warn("The subscriber of {}({}) threw at its end", use, descriptor, t);
        }
        return true;
    }

    @Override
    public final void fail(Throwable cause) {
        boolean signal = end() && !cancelled;
        try {
            if (signal) {
                actual.onError(cause);
            } else {
                Operators.onErrorDropped(cause, actual.currentContext());
            }
        } catch (Throwable t) {
            LOGGER.warn("The subscriber of {}({}) threw in onError for {}", use, descriptor, cause, t);
        }
    }

    @Override
    public final void closed(Throwable cause) {
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
            if (attached) {
                handle.detach(this);
            }
            ended();
        } catch (Throwable t) {
            LOGGER.warn("{}({}) has ended, but its cleanup failed", use, descriptor, t);
        } finally {
            handles.release(handle);
            releaseLease();
        }
        return true;
    }

    private void releaseLease() {
        try {
            descriptor.release(whenClosed);
        } catch (IOException e) {
            LOGGER.warn("{} was closed after its last stream, with an error", descriptor, e);
        }
    }
}
