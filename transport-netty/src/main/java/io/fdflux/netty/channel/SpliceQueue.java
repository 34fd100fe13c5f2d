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
 * The splices of one channel, the first of which is what reads it. What the channel's users ask for meanwhile is kept
 * for afterwards. Loop thread only.
 */
final class SpliceQueue {

    private final StreamChannel source;
    /** Made for the first one. */
    private Queue<ChannelSplice> splices;

    /** A {@code read()} came that no byte has answered yet. */
    private boolean readWaits;
    /** The peer has gone, and nobody was told. */
    private boolean hangupWaits;
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
            throw new UnsupportedOperationException("splice(2) is not to be had on this " + Platform.current()
                    + ": only Linux has it, and a sandbox may refuse it; let a handler write what it reads to"
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
            readWaits = true;
        }
    }

    // ---- what the channel is asked, or told, while a splice reads it

    void read() {
        readWaits = true;
    }

    void dropRead() {
        readWaits = false;
    }

    /** Moves bytes once, for the {@link StreamInput}. */
    int read(Registration registration) {
        return splices.element().read(registration);
    }

    boolean mayReadAgain(Registration registration) {
        return isActive() && splices.element().mayReadAgain(registration);
    }

    void onHangup() {
        hangupWaits = true; // the splice finds the end when it reads on
    }

    /** The channel has come to a loop. */
    void registered() {
        if (isActive()) {
            splices.element().wantRead();
            return;
        }
        hangupWaits = false; // the new loop is told of it, too
        if (readWaits) {
            handBack();
        }
    }

    /**
     * The channel is closed, or will be when it has written what it has. Any thread: a close that may wait has another.
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

    /** On the loop of the channel. */
    void onLoop(Runnable task) {
        try {
            source.onLoop(task);
        } catch (RejectedExecutionException e) {
            task.run(); // the loop has ended, and with it whatever else could touch a splice
        }
    }

    /** The channel reads no more: its input has ended, or else the cause tells why. */
    private void sourceGone(Throwable cause) {
        assert source.eventLoop().inEventLoop() || source.eventLoop().isShutdown();
        over = true;
        for (ChannelSplice splice : splices.toArray(ChannelSplice[]::new)) {
            splice.sourceGone(cause);
        }
    }

    // ---- what a splice tells

    void ended(ChannelSplice splice) {
        boolean first = splice == splices.element();
        splices.remove(splice);
        if (!first || over || startsNext) {
            return;
        }
        startsNext = true; // one that ends as it starts comes back here
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
        if (readWaits) {
            readWaits = false;
            source.beginRead();
        } else if (hangupWaits) {
            source.streamUnsafe().onHangup();
        }
        hangupWaits = false;
    }

    /** The input has ended, or else the cause tells why it failed. */
    void onInputGone(Throwable cause) {
        if (!isActive()) {
            return;
        }
        sourceGone(cause);
        if (cause == null && readWaits && source.registration() != null) {
            source.registration().wantRead(); // answered by the end
        }
    }
}
