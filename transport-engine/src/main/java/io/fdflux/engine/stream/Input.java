package io.fdflux.engine.stream;

import io.fdflux.engine.Registration;
import io.fdflux.posix.Errno;

/**
 * The input of one descriptor. Decides what an attempt to read and a hang-up lead to, for every channel and stream.
 * Loop thread only, except {@link #hasEnded}.
 *
 * <pre>
 * state | event                              | the owner is called             | the demand      | next
 * ------+------------------------------------+---------------------------------+-----------------+------
 * OPEN  | attempt: data                      | read() delivers; again while    | the owner takes | OPEN
 *       |                                    | mayReadAgain()                  | the answered off|
 *       | attempt: would block (EAGAIN)      | -                               | stays           | OPEN
 *       | attempt: end, EPIPE, or all        | onEnd()                         | dropped         | ENDED
 *       |   counted bytes of a hang-up       |                                 |                 |
 *       |   have been read                   |                                 |                 |
 *       | the same, a reset, endsByReset()   | onReset()                       | dropped         | OPEN
 *       | attempt: another errno             | onReadError()                   | the owner's     | OPEN
 *       | attempt: no buffer                 | onBufferFailure()               | the owner's     | OPEN
 *       | hang-up: nothing left, no error    | onEnd()                         | -               | ENDED
 *       | the same, a reset, endsByReset()   | onReset()                       | -               | OPEN
 *       | hang-up: nothing left, an error    | onReadError()                   | -               | OPEN
 *       | hang-up: bytes left, or unknown    | -                               | -               | OPEN
 *       | the same, a reset, endsByReset()   | onReset()                       | -               | OPEN
 *       | end()                              | -                               | stays           | ENDED
 * ENDED | attempt                            | onReadAfterEnd()                | dropped         | ENDED
 *       | hang-up: a reset, endsByReset()    | onReset()                       | -               | ENDED
 *       | hang-up: another one               | -                               | -               | ENDED
 * </pre>
 *
 * The table is that of an owner that hasEnd(). For another one, a hang-up has no effect, and each errno is an error. A
 * hang-up comes while no read is wanted. Registration#endOfInputErrno says why EPIPE is an end. onTurnEnd() is called
 * before the outcome of a turn that has delivered data. If it calls end(), an end has no outcome; a failure is reported
 * all the same. An owner that fails, or is reset, closes itself: no state is needed for that. InputTableTest holds
 * the table.
 */
public final class Input {

    /** The result of a read at the end of the input. */
    public static final int END = Integer.MIN_VALUE;

    /** The result of a turn in which every call succeeded. */
    private static final int NO_OUTCOME = 0;

    private final InputOwner owner;
    private volatile boolean ended;

    /**
     * Makes the input of a descriptor, open.
     *
     * @param owner reads it
     */
    public Input(InputOwner owner) {
        this.owner = owner;
    }

    /** {@return whether the input has ended, in order or by its owner; any thread} */
    public boolean hasEnded() {
        return ended;
    }

    /**
     * Ends the input on behalf of its owner, who is not notified. Demand that comes later is
     * {@link InputOwner#onReadAfterEnd}.
     */
    public void end() {
        ended = true;
    }

    /**
     * Runs one turn of reads. There is demand.
     *
     * @param registration of the descriptor, on the loop that calls
     */
    public void attempt(Registration registration) {
        if (ended) {
            registration.dropRead();
            owner.onReadAfterEnd();
            return;
        }
        int outcome = NO_OUTCOME;
        Throwable noBuffer = null;
        int reads = 0;
        long bytes = 0;
        do {
            if (registration.atEndOfInput() && owner.hasEnd()) {
                outcome = END;
                break;
            }
            int n;
            try {
                n = owner.read(registration);
            } catch (RuntimeException | Error e) {
                noBuffer = e;
                break;
            }
            if (n < 0) {
                outcome = n;
                break;
            }
            reads++;
            bytes += n;
        } while (owner.mayReadAgain(registration, reads, bytes));
        if (outcome == -Errno.EAGAIN) {
            registration.onReadWouldBlock();
        }
        if (reads > 0) {
            owner.onTurnEnd();
        }
        if (noBuffer != null) {
            owner.onBufferFailure(registration, noBuffer);
        } else if (outcome != NO_OUTCOME && outcome != -Errno.EAGAIN) {
            conclude(registration, outcome);
        }
    }

    private void conclude(Registration registration, int outcome) {
        int errno = outcome == END ? 0 : owner.hasEnd() ? Registration.endOfInputErrno(-outcome) : -outcome;
        if (errno == 0) {
            ended(registration);
        } else {
            owner.onReadError(errno);
        }
    }

    private void ended(Registration registration) {
        if (ended) {
            return; // by user code, in onTurnEnd()
        }
        registration.dropRead();
        if (isReset(registration)) {
            owner.onReset();
        } else {
            ended = true;
            owner.onEnd();
        }
    }

    private boolean isReset(Registration registration) {
        return registration.hasFailed() && owner.endsByReset();
    }

    /**
     * Acts on a hang-up while no read is wanted.
     *
     * @param registration of the descriptor, on the loop that calls
     */
    public void onHangup(Registration registration) {
        if (!owner.hasEnd()) {
            return;
        }
        if (ended) {
            if (isReset(registration)) {
                owner.onReset();
            }
        } else if (registration.atEndOfInput() || owner.available() == 0) {
            int errno = registration.endOfInputErrno(owner::takeError);
            if (errno == 0) {
                ended(registration);
            } else {
                owner.onReadError(errno);
            }
        } else if (isReset(registration)) {
            owner.onReset();
        }
    }
}
