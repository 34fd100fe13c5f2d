package io.fdflux.engine;

import io.fdflux.posix.Errno;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import java.util.function.IntSupplier;

/**
 * A descriptor on a loop: demand per direction, results of attempts, armed interests. {@link Direction} has the rules
 * as a table. This class puts the descriptor on the lists of that table. Loop thread only.
 */
public final class Registration extends Runner {

    private final Engine engine;
    private final Handle handle;
    private final int fd;
    private final boolean stream;
    private final Direction read = new Direction();
    private final Direction write = new Direction();

    private long token;
    private boolean valid = true;
    private boolean updateQueued;
    private boolean disarmRead;
    private boolean attempting;

    private final Activity activity = new Activity();

    private int readPriority;
    private int writePriority;

    private boolean watchHangup;
    private boolean hangupArmed;
    private final PeerReport report = new PeerReport();

    /** A hang-up that the handle has not been notified of. */
    private boolean hangupDue;
    /** An error without a hang-up that the handle has not been notified of. */
    private boolean errorDue;
    /** The errno of a refused watch that the handle has not been notified of; 0 for none. */
    private int refusal;
    /** The kernel cannot watch the descriptor. */
    private boolean alwaysReady;

    Registration(Engine engine, Handle handle) {
        this.engine = engine;
        this.handle = handle;
        this.fd = handle.fd();
        this.stream = handle.isStream();
    }

    /**
     * Sets the places of the descriptor in passes: a higher one runs first. A hang-up is notified in the place of the
     * reads. Both are 0 at first. A change takes effect with the next attempt that becomes due.
     *
     * @param ofReads  for the pass of the reads, which kernel sources and guests share
     * @param ofWrites for the pass of the writes, at the end of the turn
     */
    public void prioritize(int ofReads, int ofWrites) {
        readPriority = ofReads;
        writePriority = ofWrites;
    }

    // ---- demand

    /** Asks for an attempt to read: in this iteration if one may succeed, else after the next event. */
    public void wantRead() {
        want(read);
    }

    /** Cancels {@link #wantRead}. An armed watch stays until it reports an unwanted event twice. */
    public void dropRead() {
        read.wanted = false;
    }

    /** {@return whether demand to read is outstanding} */
    public boolean isReadWanted() {
        return read.wanted;
    }

    /** {@return whether the kernel watches for bytes to read} */
    public boolean isReadArmed() {
        return read.armed;
    }

    /** Asks for an attempt to write: at the end of this turn if one may succeed, else after the next event. */
    public void wantWrite() {
        want(write);
    }

    /** Always re-evaluate, because a queued write may have met a full socket outside the engine's pass. */
    private void want(Direction direction) {
        direction.wanted = true;
        direction.unwanted = false;
        settle(direction);
    }

    /** Cancels {@link #wantWrite}. */
    public void dropWrite() {
        write.wanted = false;
    }

    /**
     * Asks for an attempt to write in this turn, although the last one would have blocked and no event has come since.
     */
    public void retryWrite() {
        write.ready = true;
        want(write);
    }

    /** {@return whether the last write would have blocked and no event has come since} */
    public boolean isWriteBlocked() {
        return !write.ready;
    }

    /** {@return whether the kernel watches for the capacity to write} */
    public boolean isWriteArmed() {
        return write.armed;
    }

    /** {@return what this descriptor has made its loop do} */
    public Activity activity() {
        return activity;
    }

    /**
     * Offers bytes for the sends of the turn's end, within {@link Handle#attemptWrite}. They go to the kernel together
     * with those of other descriptors, once all attempts of the turn are over.
     *
     * @param send the bytes, and who goes on
     * @return a place, for {@link #withdrawSend}
     */
    public int offerSend(PendingSend send) {
        return engine.offerSend(this, send);
    }

    /**
     * Takes bytes out of the turn's sends, because they leave by another way. Good until {@link PendingSend#afterSend}.
     *
     * @param place of {@link #offerSend}
     */
    public void withdrawSend(int place) {
        engine.withdrawSend(place);
    }

    /**
     * Arms the read interest before the first read, because that read would probably return EAGAIN. Call this before
     * any demand.
     */
    public void doNotSpeculate() {
        read.ready = false;
    }

    /**
     * Switches the watch for hang-up alone, which reports a lost peer while no read is wanted.
     *
     * @param watch true for a connected stream whose input is open
     */
    public void watchHangup(boolean watch) {
        watchHangup = watch && !alwaysReady;
        if (watchHangup && !attempting) {
            queueUpdate();
        }
    }

    // ---- the results of attempts

    /**
     * Counts a read call. {@link #onReadWouldBlock} counts its EAGAIN.
     *
     * @param result the bytes moved, or {@code -errno}
     */
    public void countRead(long result) {
        activity.read();
        engine.counters().readCall(result);
    }

    /**
     * Counts a write call.
     *
     * @param result the bytes moved, or {@code -errno}
     */
    public void countWrite(long result) {
        activity.write(result);
        engine.counters().writeCall(result);
    }

    /** Records that a read or accept returned EAGAIN. */
    public void onReadWouldBlock() {
        read.ready = false;
        if (report.onWouldBlock()) {
            watchHangup = true;
        }
        activity.readWouldBlock();
        engine.counters().readWouldBlock();
    }

    /**
     * Records a successful read or accept.
     *
     * @param asked capacity of the read in bytes; for an accept, the same as {@code got}
     * @param got   bytes read; 1 for an accepted connection
     */
    public void onRead(int asked, int got) {
        // A hang-up must stay visible until a read returns EOF or EAGAIN, because no further event reports it.
        if (report.drainedBy(asked, got, stream) && !report.hangup) {
            read.ready = false;
        }
    }

    /**
     * Records that an accept failed, and that its owner pauses.
     *
     * @param errno the reason, 0 if it was no system call's
     * @param nanos how long
     */
    public void onAcceptBackOff(int errno, long nanos) {
        engine.counters().acceptError();
        engine.backsOff(handle, errno, nanos);
    }

    /** {@return whether it is known how much waits to be read or accepted} */
    public boolean isCounted() {
        return report.isCounted();
    }

    /**
     * Records how many connections wait at a listener, where the poller does not count them. None is like EAGAIN, and
     * the accept of the last one drains the listener.
     *
     * @param waiting not negative
     */
    public void onCounted(int waiting) {
        if (waiting == 0) {
            read.ready = false;
        } else {
            report.counted(waiting);
        }
    }

    /** Records that a write returned EAGAIN or was short. */
    public void onWriteWouldBlock() {
        write.ready = false;
    }

    /** {@return whether another attempt to read may succeed} */
    public boolean isReadReady() {
        return read.ready;
    }

    /**
     * Makes every attempt due immediately, because the descriptor never blocks, or the kernel refuses to watch it
     * (EPERM in epoll_ctl(2)). A refusal after that is final: an attempt has returned EAGAIN, and no event would ever
     * report readiness.
     *
     * @return false if it was so before
     */
    public boolean alwaysReady() {
        if (alwaysReady) {
            return false;
        }
        alwaysReady = true;
        watchHangup = false;
        hangupArmed = false;
        for (Direction direction : new Direction[] {read, write}) {
            direction.armed = false;
            direction.ready = true;
            settle(direction);
        }
        return true;
    }

    /** {@return the counters of the loop} */
    public Counters counters() {
        return engine.counters();
    }

    /** {@return the number of the loop's iteration, which the tasks behind it share; it may overflow} */
    public int turn() {
        return engine.turn();
    }

    /** {@return whether the poller has reported an urgent byte that may still be ahead of the reads} */
    public boolean isUrgent() {
        return report.urgent;
    }

    /** {@return whether the peer has hung up and all bytes that the poller counted have been read} */
    public boolean atEndOfInput() {
        return report.atEndOfInput();
    }

    /** {@return the error that the poller reported for the descriptor, 0 if none} */
    public int pendingErrno() {
        return report.errno;
    }

    /**
     * {@return whether the poller has reported that the descriptor failed, perhaps without a {@link #pendingErrno()}}
     */
    public boolean hasFailed() {
        return report.failed;
    }

    /**
     * Distinguishes an orderly end from a failure, after a hang-up with no bytes left to read.
     *
     * @param socketError reads SO_ERROR, which clears it; called only if the poller reported a failure without an errno
     * @return 0 for an orderly end, else the errno that the stream fails with
     */
    public int endOfInputErrno(IntSupplier socketError) {
        return endOfInputErrno(report.errno == 0 && report.failed ? socketError.getAsInt() : report.errno);
    }

    /**
     * Distinguishes an orderly end from a failure by the socket's error. EPIPE is an orderly end. Linux sets it when a
     * reset follows the peer's FIN (tcp_reset() in net/ipv4/tcp_input.c, CLOSE_WAIT), and recv(2) returns 0 then.
     *
     * @param socketError the value of SO_ERROR, 0 for none
     * @return 0 for an orderly end, else the errno that the stream fails with
     */
    public static int endOfInputErrno(int socketError) {
        return socketError == Errno.EPIPE ? 0 : socketError;
    }

    /** Clears the state that a failed connect left behind. */
    public void startOver() {
        report.startOver();
        hangupDue = false;
        errorDue = false;
    }

    // ---- events

    /** Sets bits and queues runs only. No handle is called while the poller reports (invariant 6). */
    void onEvent(int readiness, long bytes, int error) {
        if (readiness == Readiness.ERROR && error != 0) {
            refusal = error;
            engine.refused(handle, error);
            queueRun(read);
            return;
        }
        report.onEvent(readiness, bytes, error);
        boolean spent = engine.armSpentByEvent();
        boolean wanted = false;
        if ((readiness & Readiness.WRITABLE) != 0) {
            activity.writable();
            write.event(spent);
            wanted = write.wanted;
            settle(write);
        }
        if ((readiness & Readiness.READABLE) != 0) {
            wanted |= read.wanted;
            if (read.event(spent)) {
                disarmRead = true;
                queueUpdate();
            }
            hangupArmed &= !spent;
        }
        if ((readiness & Readiness.HANGUP) != 0) {
            watchHangup = false;
            hangupArmed &= !spent;
            read.ready = true; // an attempt finds the hang-up even without READABLE
        }
        hangupDue = report.hangup && !read.wanted;
        errorDue = !hangupDue && !read.wanted && (readiness & Readiness.ERROR) != 0;
        wanted |= hangupDue || errorDue;
        settle(read);
        if (!wanted) {
            engine.counters().unwantedEvent();
        }
        if (needsUpdate()) {
            queueUpdate();
        }
    }

    // ---- runs

    @Override
    void runRead() {
        read.queued = false;
        boolean error = errorDue;
        hangupDue = false;
        errorDue = false;
        if (valid && refusal != 0) {
            int why = refusal;
            refusal = 0;
            handle.onWatchRefused(why);
        }
        if (valid && read.runnable()) {
            engine.counters().readAttempt();
            attempting = true;
            try {
                handle.attemptRead();
            } finally {
                attempting = false;
            }
            afterAttempt();
        } else if (valid && report.hangup && !read.wanted) {
            handle.onHangup(); // reported now, or while there was demand, which has been dropped since
        } else if (valid && error && !read.wanted) {
            handle.onError();
        }
        settle(read);
        afterRun();
    }

    void runWrite() {
        write.queued = false;
        if (valid && write.runnable()) {
            engine.counters().writeAttempt();
            attempting = true;
            try {
                handle.attemptWrite();
            } finally {
                attempting = false;
            }
            afterAttempt();
        } else {
            settle(write);
        }
        afterRun();
    }

    private void afterAttempt() {
        if (report.hangup && !read.wanted && valid) {
            handle.onHangup();
        }
        settle(read);
        settle(write);
    }

    private void afterRun() {
        if (valid && needsUpdate()) {
            queueUpdate();
        }
    }

    /** Queues a direction as the table says. Deferred during an attempt, which may still change the direction. */
    private void settle(Direction direction) {
        if (attempting || !valid) {
            return;
        }
        if (direction.runnable() || direction == read && (hangupDue || errorDue)) {
            queueRun(direction);
        } else if (direction.needsArming()) {
            queueUpdate();
        }
    }

    private void queueRun(Direction direction) {
        if (!direction.queued && valid) {
            direction.queued = true;
            if (direction == read) {
                engine.queueRun(this, readPriority);
            } else {
                engine.queueWrite(this, writePriority);
            }
        }
    }

    private void queueUpdate() {
        if (!updateQueued && valid) {
            updateQueued = true;
            engine.queueUpdate(this);
        }
    }

    private boolean needsUpdate() {
        return disarmRead || (needed() & ~armed()) != 0;
    }

    private int needed() {
        return (read.needsArming() ? Interest.READ : 0)
                | (write.needsArming() ? Interest.WRITE : 0)
                // A queued attempt finds a hang-up itself. It may be the last one: a connection that is served and
                // closed within one turn never reaches the poller (invariant 5).
                | (watchHangup && !read.queued && !write.queued ? Interest.HANGUP : 0);
    }

    private int armed() {
        return (read.armed ? Interest.READ : 0)
                | (write.armed ? Interest.WRITE : 0)
                | (hangupArmed ? Interest.HANGUP : 0);
    }

    /** Passes changed interests to the poller. Changes of one iteration that cancel out make no call. */
    void flushUpdate() {
        updateQueued = false;
        if (!valid) {
            return;
        }
        int before = armed();
        boolean disarm = disarmRead && !read.wanted;
        disarmRead = false;
        int now = (before & ~(disarm ? Interest.READ : 0)) | needed();
        if (now == before) {
            return;
        }
        if (!write.wanted) {
            // A persistent watch may remain from a connect or a full socket. This update would make it
            // report immediately.
            now &= ~Interest.WRITE;
        }
        read.armed = (now & Interest.READ) != 0;
        write.armed = (now & Interest.WRITE) != 0;
        hangupArmed = (now & Interest.HANGUP) != 0;
        read.unwanted &= read.armed;
        activity.armed(Integer.bitCount(now & ~before));
        engine.update(fd, before, now, token);
    }

    // ---- life cycle

    long token() {
        return token;
    }

    void token(long assigned) {
        token = assigned;
    }

    Handle handle() {
        return handle;
    }

    @Override
    Object owner() {
        return handle;
    }

    @Override
    void closeOwner() {
        handle.close();
    }

    @Override
    void abandon() {
        closing(true);
    }

    int fd() {
        return fd;
    }

    /**
     * Removes the descriptor from the loop right before close(2). None of its events is delivered afterwards. No update
     * of it reaches the kernel, which drops its watches with the open file. {@link #cancel} must follow. A second call
     * has no effect.
     *
     * @param shared whether the open file may have another descriptor, by dup(2), fork(2) or SCM_RIGHTS. An epoll watch
     *     would then survive the close (epoll(7), question 6), so it is disarmed first
     */
    public void closing(boolean shared) {
        if (valid) {
            valid = false;
            int armed = armed();
            if (shared && armed != 0) {
                engine.update(fd, armed, Interest.NONE, token);
            }
            engine.forget(this, fd); // after the update, which kqueue queues and then need not send
            engine.remove(this);
        }
    }

    /**
     * Prepares for another open file under the number, right before dup2(2). No event of the old file is delivered
     * afterwards. No update of it reaches the kernel, which drops its watches. Demand stays and is tried on the
     * new file.
     *
     * @param shared whether the open file may have another descriptor, see {@link #closing}
     */
    public void replacing(boolean shared) {
        if (!valid) {
            return;
        }
        int armed = armed();
        if (shared && armed != 0) {
            engine.update(fd, armed, Interest.NONE, token);
        }
        token = engine.reissue(this, fd);
        read.startOver();
        write.startOver();
        hangupArmed = false;
        disarmRead = false;
        report.urgent = false;
        startOver();
        settle(read);
        settle(write);
    }

    /**
     * Removes the descriptor from the loop and disarms its watches, but leaves it open.
     *
     * @return false for a second call, which has no effect
     */
    public boolean cancel() {
        if (token < 0) {
            return false;
        }
        if (valid) {
            valid = false;
            int armed = armed();
            if (armed != 0) {
                engine.update(fd, armed, Interest.NONE, token);
            }
            engine.remove(this);
        }
        token = -1;
        return true;
    }

    /** {@return whether the descriptor is on the loop} */
    public boolean isValid() {
        return valid;
    }
}
