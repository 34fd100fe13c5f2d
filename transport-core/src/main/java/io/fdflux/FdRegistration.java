package io.fdflux;

import io.fdflux.posix.Errno;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import java.util.function.IntSupplier;

/**
 * A descriptor on a loop: what its owner wants of each direction, what attempts told, what the kernel watches. The rules are
 * in the table of {@link Direction}; this class keeps the descriptor on the lists that the table asks for.
 *
 * <p>Netty hands it out as the {@link #attachment()} of what {@code IoEventLoop.register} returns. Loop thread only.
 */
public final class Registration implements IoRegistration {

    private final FdIoHandler engine;
    private final LoopHandle handle;
    private final int fd;
    private final boolean stream;
    private final Direction read = new Direction();
    private final Direction write = new Direction();

    private long token;
    private boolean valid = true;
    private boolean updateQueued;
    private boolean disarmRead;
    private boolean attempting;

    private boolean watchHangup;
    private boolean hangupArmed;
    /** Sticky: from the event until EOF or EAGAIN was read. Data and FIN may come in one edge. */
    private boolean hangupSeen;
    /** Sticky likewise: a read ends before an urgent byte, whatever follows it. */
    private boolean urgentSeen;
    /** What the poller said was there and has not been read yet, or UNKNOWN. */
    private long available = ReadinessSink.UNKNOWN;

    /** The handle is to be told of the hang-up. */
    private boolean hangupDue;
    /** The handle is to be told of an error without a hang-up. */
    private boolean errorDue;
    /** Why the kernel refuses to watch, for the handle to be told; 0 if it does not. */
    private int refusal;
    /** The kernel cannot watch the descriptor. */
    private boolean alwaysReady;

    private int errno;
    private boolean failed;

    Registration(FdIoHandler engine, LoopHandle handle) {
        this.engine = engine;
        this.handle = handle;
        this.fd = handle.fd();
        this.stream = handle.isStream();
    }

    // ---- demand

    /** Asks for an attempt to read: in this iteration if one may succeed, else when the kernel says so. */
    public void wantRead() {
        want(read);
    }

    /** Takes {@link #wantRead} back. A watch that the kernel holds is left until it gets in the way. */
    public void dropRead() {
        read.wanted = false;
    }

    /** {@return whether a read is asked for and has not been answered} */
    public boolean isReadWanted() {
        return read.wanted;
    }

    /** Asks for an attempt to write at the end of this turn if one may succeed, else when the kernel says so. */
    public void wantWrite() {
        want(write);
    }

    /** Settled in any case: a write that was wanted and on the run list may have met a full socket outside the engine's pass. */
    private void want(Direction direction) {
        direction.wanted = true;
        direction.unwanted = false;
        settle(direction);
    }

    /** Takes {@link #wantWrite} back. */
    public void dropWrite() {
        write.wanted = false;
    }

    /** Asks for an attempt to write in this turn, although the last one was in vain and the kernel has not told otherwise. */
    public void wantWriteAnyhow() {
        write.ready = true;
        want(write);
    }

    /** {@return whether an attempt to write waits for the kernel} */
    public boolean writeBlocked() {
        return !write.ready;
    }

    /**
     * Says that the first attempt to read would probably be in vain, so that the kernel is asked first. Before any demand.
     */
    public void doNotSpeculate() {
        read.ready = false;
    }

    /**
     * Whether to have the kernel watch for the peer's going while nothing else is watched.
     *
     * @param watch true for a connected stream whose input is open
     */
    public void watchHangup(boolean watch) {
        watchHangup = watch && !alwaysReady;
        if (watchHangup && !attempting) {
            queueUpdate();
        }
    }

    // ---- what attempts told

    /** A read or accept answered EAGAIN. */
    public void readWouldBlock() {
        read.ready = false;
        urgentSeen = false;
        available = ReadinessSink.UNKNOWN;
        if (hangupSeen) {
            hangupSeen = false;
            watchHangup = true;
        }
        engine.counters().readWouldBlock();
    }

    /**
     * A read (or accept) succeeded.
     *
     * @param asked bytes that would have fit; for an accept, the same as {@code got}
     * @param got   bytes read; 1 for an accepted connection
     */
    public void readGot(int asked, int got) {
        boolean drained = stream && !urgentSeen && got < asked;
        if (available != ReadinessSink.UNKNOWN) {
            available -= got;
            drained |= available <= 0;
        }
        // A hang-up must stay visible until EOF or EAGAIN was read: no further event may tell of it.
        if (drained && !hangupSeen) {
            read.ready = false;
        }
        if (drained) {
            available = hangupSeen && available != ReadinessSink.UNKNOWN ? 0 : ReadinessSink.UNKNOWN;
        }
    }

    /** A write answered EAGAIN, or took less than it was given. */
    public void writeWouldBlock() {
        write.ready = false;
    }

    /** {@return whether another attempt to read may succeed, as far as is known} */
    public boolean readReady() {
        return read.ready;
    }

    /**
     * The descriptor cannot be watched because it never blocks, as a regular file does not: every attempt is due at once.
     * It holds until an attempt answers EAGAIN all the same: the next refusal is final, because nothing would ever tell
     * when to try again, and trying for ever would keep the loop busy.
     *
     * @return false if it was said before, so that an attempt must have answered EAGAIN since
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
    public LoopCounters counters() {
        return engine.counters();
    }

    /** {@return whether the poller told of an urgent byte that may not have been passed yet} */
    public boolean isUrgent() {
        return urgentSeen;
    }

    /** {@return whether the poller said that the peer has gone and every byte that it counted has been read} */
    public boolean atEndOfInput() {
        return hangupSeen && available == 0 && errno == 0;
    }

    /** {@return the error that the poller reported for the descriptor, 0 if none} */
    public int pendingErrno() {
        return errno;
    }

    /** {@return whether the poller said that the descriptor has failed, perhaps without a {@link #pendingErrno()}} */
    public boolean failed() {
        return failed;
    }

    /**
     * How the input has ended, for a hang-up that leaves nothing to read.
     *
     * @param socketError asks for SO_ERROR, which takes it off the socket; called only if the poller reported a failure
     *                    without its errno
     * @return 0 for an orderly end, else the errno that the stream fails with
     */
    public int endOfInputErrno(IntSupplier socketError) {
        return endOfInputErrno(errno == 0 && failed ? socketError.getAsInt() : errno);
    }

    /**
     * How the input has ended, by the error that the socket holds. EPIPE is an orderly end: Linux keeps it for a reset that
     * follows the peer's FIN (tcp_reset() in net/ipv4/tcp_input.c, CLOSE_WAIT), where recv(2) answers 0.
     *
     * @param socketError what SO_ERROR holds, 0 for nothing
     * @return 0 for an orderly end, else the errno that the stream fails with
     */
    public static int endOfInputErrno(int socketError) {
        return socketError == Errno.EPIPE ? 0 : socketError;
    }

    /** Clears the state that a failed connect left behind. */
    public void startOver() {
        hangupSeen = false;
        hangupDue = false;
        errorDue = false;
        failed = false;
        errno = 0;
        available = ReadinessSink.UNKNOWN;
    }

    // ---- what the poller told

    /** Sets bits and queues runs, nothing else: no handle is called while the poller reports (invariant 6). */
    void event(int readiness, long bytes, int error) {
        if (readiness == Readiness.ERROR && error != 0) {
            refusal = error;
            queueRun(read);
            return;
        }
        if (error != 0) {
            errno = error;
        }
        failed |= (readiness & Readiness.ERROR) != 0;
        urgentSeen |= (readiness & Readiness.URGENT) != 0;
        boolean spent = engine.armSpentByEvent();
        boolean wanted = false;
        if ((readiness & Readiness.WRITABLE) != 0) {
            write.event(spent);
            wanted = write.wanted;
            settle(write);
        }
        if ((readiness & Readiness.READABLE) != 0) {
            wanted |= read.wanted;
            available = bytes;
            if (read.event(spent)) {
                disarmRead = true;
                queueUpdate();
            }
            hangupArmed &= !spent;
        }
        if ((readiness & Readiness.HANGUP) != 0) {
            hangupSeen = true;
            watchHangup = false;
            hangupArmed &= !spent;
            read.ready = true; // an attempt tells, whether or not the poller said so
        }
        hangupDue = hangupSeen && !read.wanted;
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

    // ---- what the engine does

    void runRead() {
        read.queued = false;
        boolean hangup = hangupDue;
        boolean error = errorDue;
        hangupDue = false;
        errorDue = false;
        if (valid && refusal != 0) {
            int why = refusal;
            refusal = 0;
            handle.refused(why);
        }
        if (valid && read.runnable()) {
            engine.counters().readAttempt();
            attempt(true);
        } else if (valid && hangup && !read.wanted) {
            handle.hangup();
        } else if (valid && error && !read.wanted) {
            handle.error();
        }
        settle(read);
        afterRun();
    }

    void runWrite() {
        write.queued = false;
        if (valid && write.runnable()) {
            engine.counters().writeAttempt();
            attempt(false);
        } else {
            settle(write);
        }
        afterRun();
    }

    private void attempt(boolean reading) {
        attempting = true;
        try {
            if (reading) {
                handle.attemptRead();
            } else {
                handle.attemptWrite();
            }
        } finally {
            attempting = false;
        }
        if (hangupSeen && !read.wanted && valid) {
            handle.hangup();
        }
        settle(read);
        settle(write);
    }

    private void afterRun() {
        if (valid && needsUpdate()) {
            queueUpdate();
        }
    }

    /** Puts a direction where the table says. Held back while an attempt runs: it may still change its mind. */
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
            engine.queueRun(this, direction == read);
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
                // An attempt that is due tells as much, and may be the last: a connection that is served and closed at
                // once
                // never meets the poller.
                | (watchHangup && !read.queued && !write.queued ? Interest.HANGUP : 0);
    }

    private int armed() {
        return (read.armed ? Interest.READ : 0)
                | (write.armed ? Interest.WRITE : 0)
                | (hangupArmed ? Interest.HANGUP : 0);
    }

    /** Tells the poller what has changed since it was last told; nothing where the changes of this iteration cancel out. */
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
            // A persistent watch left over from a connect or a full socket: this change would make it report at once.
            now &= ~Interest.WRITE;
        }
        read.armed = (now & Interest.READ) != 0;
        write.armed = (now & Interest.WRITE) != 0;
        hangupArmed = (now & Interest.HANGUP) != 0;
        read.unwanted &= read.armed;
        engine.update(fd, before, now, token);
    }

    // ---- life

    long token() {
        return token;
    }

    void token(long assigned) {
        token = assigned;
    }

    LoopHandle handle() {
        return handle;
    }

    /**
     * Takes the descriptor off the loop because it is about to be closed: no event of it is delivered any more, no change of
     * it reaches the kernel, which drops its watches by itself. Call it right before close(2); {@link #cancel} still has to
     * follow. A second call has no effect.
     *
     * @param shared whether the open file may have another descriptor, by dup(2), fork(2) or SCM_RIGHTS: it keeps a watch of
     *               epoll's then (epoll(7), question 6), which is taken off first
     */
    public void closing(boolean shared) {
        if (valid) {
            valid = false;
            int armed = armed();
            if (shared && armed != 0) {
                engine.update(fd, armed, Interest.NONE, token);
            }
            engine.forget(this, fd); // after the update: kqueue keeps that back, and has no need of it
            engine.remove(this);
        }
    }

    /**
     * The number is about to get another open file, by dup2(2): no event of the one before is delivered any more, no change of it
     * reaches the kernel, which drops its watches by itself. Demand stays, and is tried on the new file. Call it right before
     * dup2(2).
     *
     * @param shared whether the open file may have another descriptor, as {@link #closing} has it
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
        urgentSeen = false;
        startOver();
        settle(read);
        settle(write);
    }

    /** Takes the descriptor off the loop, leaving it open: the kernel stops watching it for this loop. */
    @Override
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
        handle.unregistered();
        return true;
    }

    @Override
    public boolean isValid() {
        return valid;
    }

    /** {@return this registration, as Netty wraps what it hands out} */
    @Override
    @SuppressWarnings("unchecked")
    public <T> T attachment() {
        return (T) this;
    }

    /** Not used: demand is expressed by {@link #wantRead} and {@link #wantWrite}. */
    @Override
    public long submit(IoOps ops) {
        throw new UnsupportedOperationException(
                "a descriptor takes no IoOps; ask its attachment, a " + Registration.class.getName());
    }
}
