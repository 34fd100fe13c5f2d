package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.posix.io.Splice;
import io.fdflux.posix.platform.Platform;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs the splices of one channel one after the other; the first one reads the channel. Reads that users ask for
 * meanwhile stay pending until the last splice ends. Loop thread only, except where a method says otherwise.
 */
final class SpliceQueue {

    private final StreamChannel source;
    /** Created with the first splice. */
    private Queue<ChannelSplice> splices;

    /** A {@code read()} is pending. */
    private boolean readPending;
    /** The peer has hung up, and the handlers have not been notified. */
    private boolean hangupPending;
    /** The input has ended, or failed. */
    private boolean over;

    private boolean startsNext;

    SpliceQueue(StreamChannel source) {
        this.source = source;
    }

    boolean isActive() {
        return splices != null && !splices.isEmpty();
    }

    /** Any thread. */
    Future<Long> splice(SpliceSink sink, long length) {
        if (!Splice.available()) {
            throw new UnsupportedOperationException("splice(2) is not available on this " + Platform.current()
                    + ": only Linux has it, and a sandbox may refuse it; let a handler write the bytes to"
                    + " the target");
        }
        if (length < 0) {
            throw new IllegalArgumentException("a splice has a length, not " + length);
        }
        Promise<Long> promise = source.eventLoop().newPromise();
        source.onLoop(() -> add(sink, length, promise));
        return promise;
    }

    private void add(SpliceSink sink, long length, Promise<Long> promise) {
        if (!source.isActive()) {
            promise.tryFailure(source.isOpen() ? new NotYetConnectedException() : new ClosedChannelException());
        } else if (over || source.isInputShutdown()) {
            promise.trySuccess(0L);
        } else {
            ChannelSplice splice = new ChannelSplice(this, source, sink, length, promise);
            boolean first = !isActive();
            if (splices == null) {
                splices = new ArrayDeque<>();
            }
            splices.add(splice);
            if (first) {
                takeReadOver();
            }
            splice.watchCancel();
            if (first && splice.isWaiting()) {
                splice.start();
            }
        }
    }

    private void takeReadOver() {
        Registration registration = source.registration();
        if (registration != null && registration.isReadWanted()) {
            registration.dropRead();
            readPending = true;
        }
    }

    // ---- calls and events of the channel while a splice reads it

    void read() {
        readPending = true;
    }

    void dropRead() {
        readPending = false;
    }

    /** Moves bytes once, for the {@link StreamInput}. */
    int read(Registration registration) {
        return splices.element().read(registration);
    }

    boolean mayReadAgain(Registration registration) {
        return isActive() && splices.element().mayReadAgain(registration);
    }

    void onHangup() {
        hangupPending = true; // the splice finds the end with its next read
    }

    /** Runs when the channel has been registered with a loop. */
    void registered() {
        if (isActive()) {
            splices.element().wantRead();
            return;
        }
        hangupPending = false; // the new loop reports it again
        if (readPending) {
            handBack();
        }
    }

    /**
     * Ends all splices, because the channel is closed or closes after its pending writes. Any thread, because a close
     * that lingers runs on another one.
     */
    void closed() {
        if (splices != null) {
            onLoop(() -> {
                if (isActive()) {
                    sourceGone(new ClosedChannelException());
                }
            });
        }
    }

    /** Runs a task on the channel's loop. */
    void onLoop(Runnable task) {
        try {
            source.onLoop(task);
        } catch (RejectedExecutionException e) {
            task.run(); // the loop has ended, so no other thread touches a splice
        }
    }

    /** Ends all splices, because the input has ended or has failed with the cause. */
    private void sourceGone(Throwable cause) {
        assert source.eventLoop().inEventLoop() || source.eventLoop().isShutdown();
        over = true;
        for (ChannelSplice splice : splices.toArray(ChannelSplice[]::new)) {
            splice.sourceGone(cause);
        }
    }

    // ---- notifications of a splice

    void ended(ChannelSplice splice) {
        boolean first = splice == splices.element();
        splices.remove(splice);
        if (!first || over || startsNext) {
            return;
        }
        startsNext = true; // a splice that ends in start() re-enters here
        while (isActive() && splices.element().isWaiting()) {
            splices.element().start();
        }
        startsNext = false;
        if (!isActive() && !over && source.registration() != null) {
            handBack();
        }
    }

    private void handBack() {
        source.registration().dropRead();
        if (readPending) {
            readPending = false;
            source.beginRead();
        } else if (hangupPending) {
            source.streamUnsafe().onHangup();
        }
        hangupPending = false;
    }

    /** Runs when the input has ended, or has failed with the cause. */
    void onInputGone(Throwable cause) {
        if (!isActive()) {
            return;
        }
        sourceGone(cause);
        if (cause == null && readPending && source.registration() != null) {
            source.registration().wantRead(); // the end of input serves it
        }
    }
}
