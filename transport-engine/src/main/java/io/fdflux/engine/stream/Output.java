package io.fdflux.engine.stream;

import io.fdflux.engine.Registration;
import io.fdflux.posix.Errno;

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
 * OPEN       | flush                           | wanted, if writes are pending: attempted at    | OPEN
 *            |                                 | the turn's end, or armed while full            |
 *            | flush, writesInFlush()          | a pass, unless the descriptor is full          | OPEN
 *            | resume                          | wanted, if writes are pending                  | OPEN
 *            | advance                         | a pass; while the descriptor is full, wanted,  | OPEN
 *            |                                 | if writes are pending                          |
 *            | attempt                         | not wanted, then a pass                        | OPEN
 *            | pass                            | a pass                                         | OPEN
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
 *            | a pass or advance within a pass | nothing: the outer one goes on                 |
 * </pre>
 *
 * onTurnStart() begins each pass. onTurnEnd() follows each pass, and each advance while the descriptor is full.
 * OutputTableTest holds the table.
 */
public final class Output {

    private final OutputOwner owner;
    private boolean connecting;
    private boolean writing;

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
        if (connecting) {
            return;
        }
        if (owner.writesInFlush() && !registration.isWriteBlocked()) {
            pass(registration);
        } else if (owner.hasPending()) {
            registration.wantWrite();
        }
    }

    /**
     * Writes what the descriptor takes, before the turn's end.
     *
     * @param registration of the descriptor
     */
    public void advance(Registration registration) {
        if (connecting || writing) {
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
        } else {
            registration.dropWrite();
            pass(registration);
        }
    }

    /**
     * Makes one pass over the pending writes, whatever the last one met. A pass that is on the stack goes on instead.
     *
     * @param registration of the descriptor
     */
    public void pass(Registration registration) {
        if (writing) {
            return;
        }
        writing = true;
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
            writing = false;
            owner.onTurnEnd();
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

    /** {@return whether a pass is on the stack} */
    public boolean isWriting() {
        return writing;
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
