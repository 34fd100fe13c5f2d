package io.fdflux.engine.stream;

import io.fdflux.engine.PendingSend;
import io.fdflux.engine.Registration;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;

/**
 * The output of one descriptor. Decides when pending writes are attempted and what an attempt leads to, for every
 * channel and stream. Loop thread only.
 *
 * <pre>
 * state      | event                           | what happens                                   | next
 * -----------+---------------------------------+------------------------------------------------+-----------
 * CONNECTING | flush, advance                  | nothing: the writes stay pending               | CONNECTING
 *            | resume                          | armed: the kernel reports the outcome          | CONNECTING
 *            | attempt: EINPROGRESS (spurious) | armed again                                    | CONNECTING
 *            | attempt: connected, or an errno | not wanted, onConnected()                      | OPEN
 *            | pass                            | a pass                                         | CONNECTING
 * OPEN       | flush, not full                 | stage(), onStaged(); then wanted, if writes    | OPEN
 *            |                                 | are pending: attempted at the turn's end       |
 *            | flush, not full, and stage()    | a pass                                         | OPEN
 *            | says so, or writesInFlush()     |                                                |
 *            | flush, not full, stage() throws | onWriteError(), onStaged()                     | OPEN
 *            | flush while full                | armed, if writes are pending                   | OPEN
 *            | resume                          | wanted, if writes are pending                  | OPEN
 *            | advance                         | a pass; while the descriptor is full, wanted,  | OPEN
 *            |                                 | if writes are pending                          |
 *            | attempt                         | not wanted, then a pass                        | OPEN
 *            | attempt, a singleSend()         | not wanted; offered to the turn's sends        | OFFERED
 *            | pass                            | a pass                                         | OPEN
 * OFFERED    | flush                           | as OPEN                                        | OFFERED
 *            | a pass, whatever asked for it   | the offer is withdrawn                         | OPEN
 *            | sent: all                       | as a pass that wrote once                      | OPEN
 *            | sent: less, or would block      | full: wanted, hence armed                      | OPEN
 *            | sent: an errno, or it throws    | onWriteError()                                 | OPEN
 *            | not sent: nothing, or no longer | a pass                                         | OPEN
 *            | a single send, at its time      |                                                |
 * any        | startConnecting                 | armed: the kernel reports the outcome          | CONNECTING
 *            | startConnecting, between loops  | nothing: resume follows                        | CONNECTING
 *            | stopConnecting                  | nothing                                        | OPEN
 * a pass     | a call takes all it was given   | the next call, while mayWriteAgain()           |
 *            | it takes less, or would block   | full: wanted, hence armed; left to the owner   |
 *            |                                 | unless it awaitsWritable()                     |
 *            | bound reached, writes pending   | wanted: the next iteration goes on             |
 *            | nothing pending                 | not wanted                                     |
 *            | it fails                        | onWriteError()                                 |
 *            | the owner is closed, or moved   | nothing more                                   |
 *            | a pass, advance or flush within | nothing: the outer one goes on                 |
 *            | a pass or within stage()        |                                                |
 * </pre>
 *
 * onTurnStart() begins each pass. onTurnEnd() follows each pass, each send at the turn's end, and each advance while
 * the descriptor is full. OutputTableTest holds the table.
 */
public final class Output implements PendingSend {

    private static final int NOT_SENT = Integer.MIN_VALUE;
    private static final int NO_PLACE = -1;

    private final OutputOwner owner;
    private boolean connecting;
    /** A pass or {@link OutputOwner#stage} is on the stack. */
    private boolean busy;

    /** Of an offer to the turn's sends. */
    private Registration offeredOn;

    private int place = NO_PLACE;
    private long address;
    private int asked;
    private int result;
    private Throwable failure;

    /**
     * Makes the output of a descriptor, open.
     *
     * @param owner writes it
     */
    public Output(OutputOwner owner) {
        this.owner = owner;
    }

    // ---- writing

    /**
     * Writes are pending, or may be.
     *
     * @param registration of the descriptor
     */
    public void flush(Registration registration) {
        if (connecting || busy) {
            return;
        }
        boolean now = !registration.isWriteBlocked() && (owner.writesInFlush() || stage(registration));
        if (now) {
            pass(registration);
        } else if (owner.hasPending()) {
            registration.wantWrite();
        }
    }

    private boolean stage(Registration registration) {
        busy = true;
        boolean now = false;
        try {
            now = owner.stage(registration);
        } catch (Throwable t) {
            owner.onWriteError(t);
        } finally {
            busy = false;
            owner.onStaged();
        }
        return now && owner.isWritable(registration);
    }

    /**
     * Writes what the descriptor takes, before the turn's end.
     *
     * @param registration of the descriptor
     */
    public void advance(Registration registration) {
        if (connecting || busy) {
            return;
        }
        if (!registration.isWriteBlocked()) {
            pass(registration);
        } else {
            resume(registration);
            owner.onTurnEnd();
        }
    }

    /**
     * Goes on with what is pending, a connect or writes, on a loop that the descriptor has come to.
     *
     * @param registration of the descriptor
     */
    public void resume(Registration registration) {
        if (connecting) {
            registration.onWriteWouldBlock();
            registration.wantWrite();
        } else if (owner.hasPending()) {
            registration.wantWrite();
        }
    }

    /**
     * Runs an attempt that is due.
     *
     * @param registration of the descriptor
     */
    public void attempt(Registration registration) {
        if (connecting) {
            finishConnect(registration);
            return;
        }
        registration.dropWrite();
        if (owner.singleSend() != null) {
            offeredOn = registration;
            result = NOT_SENT;
            place = registration.offerSend(this);
        } else {
            pass(registration);
        }
    }

    /**
     * Makes one pass over the pending writes, whatever the last one met. A pass that is on the stack goes on instead.
     *
     * @param registration of the descriptor
     */
    public void pass(Registration registration) {
        if (busy) {
            return;
        }
        withdraw();
        busy = true;
        try {
            owner.onTurnStart();
            boolean full = false;
            for (int writes = 0;
                    !full && owner.isWritable(registration) && owner.mayWriteAgain(writes) && owner.hasPending();
                    writes++) {
                full = !owner.write(registration);
            }
            settle(registration, full);
        } catch (Throwable t) {
            owner.onWriteError(t);
        } finally {
            busy = false;
            owner.onTurnEnd();
        }
    }

    /** Takes an offer back: its bytes leave by another way, or never. */
    public void withdraw() {
        if (place != NO_PLACE) {
            offeredOn.withdrawSend(place);
            place = NO_PLACE;
            failure = null;
        }
    }

    private void settle(Registration registration, boolean full) {
        if (full) {
            registration.onWriteWouldBlock();
        }
        if (!owner.isWritable(registration)) {
            return;
        }
        if (!owner.hasPending()) {
            registration.dropWrite(); // a completed write may have flushed what this pass has written since
        } else if (!full || owner.awaitsWritable()) {
            registration.wantWrite();
        }
    }

    /** {@return whether a pass or {@link OutputOwner#stage} is on the stack} */
    public boolean isBusy() {
        return busy;
    }

    // ---- the send at the turn's end

    /** Never throws: the bytes of one descriptor must not keep those of the others. */
    @Override
    public int length() {
        try {
            ByteBuf offered = owner.singleSend();
            asked = offered == null ? 0 : Math.min(offered.readableBytes(), Gather.LARGEST_WRITE);
            address = asked == 0 ? 0 : BufferMemory.readable(offered);
        } catch (Throwable t) {
            failure = t;
            asked = 0;
        }
        return asked;
    }

    @Override
    public long address() {
        return address;
    }

    /** Never throws, as {@link #length}. */
    @Override
    public void sent(int taken) {
        result = taken;
        try {
            owner.onSent(offeredOn, taken);
        } catch (Throwable t) {
            failure = t;
        }
    }

    private boolean isFull() {
        return result == -Errno.EAGAIN || result >= 0 && result < asked;
    }

    @Override
    public void afterSend() {
        place = NO_PLACE;
        Registration registration = offeredOn;
        Throwable cause = failure != null || result >= 0 || result == NOT_SENT || isFull()
                ? failure
                : Errno.exception("send", owner, -result);
        failure = null;
        if (cause == null && (result == NOT_SENT || result == asked && owner.hasPending())) {
            pass(registration);
            return;
        }
        busy = true;
        try {
            if (cause == null) {
                settle(registration, isFull());
            } else {
                owner.onWriteError(cause);
            }
        } finally {
            busy = false;
            owner.onTurnEnd();
        }
    }

    // ---- connecting

    /**
     * A connect goes on in the background.
     *
     * @param registration of the descriptor, or null between two loops: {@link #resume} must follow then
     */
    public void startConnecting(Registration registration) {
        connecting = true;
        if (registration != null) {
            resume(registration);
        }
    }

    /** The owner has given the connect up. */
    public void stopConnecting() {
        connecting = false;
    }

    /** {@return whether a connect goes on} */
    public boolean isConnecting() {
        return connecting;
    }

    private void finishConnect(Registration registration) {
        int outcome = owner.connectOutcome();
        if (outcome == -Errno.EINPROGRESS) {
            resume(registration);
            return;
        }
        connecting = false;
        registration.dropWrite();
        owner.onConnected(outcome);
    }
}
