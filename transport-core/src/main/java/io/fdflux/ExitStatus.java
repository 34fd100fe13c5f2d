package io.fdflux;

import io.fdflux.posix.process.SignalNames;
import io.fdflux.spi.ReadinessSink;
import java.util.Optional;
import java.util.OptionalInt;

/** How a process has ended: by its own exit, with a code, or by a signal. Immutable. */
public final class ExitStatus {

    // The bits of a status of wait(2), which all systems of the tables share.
    private static final int SIGNAL_MASK = 0x7f;
    private static final int CORE_DUMPED = 0x80;
    private static final int CODE_SHIFT = 8;
    private static final int CODE_MASK = 0xff;

    private final int status;

    private ExitStatus(int status) {
        this.status = status;
    }

    /** Makes one of a status of wait(2), or {@link ReadinessSink#UNKNOWN_STATUS}. */
    static ExitStatus of(int status) {
        return new ExitStatus(status);
    }

    /** {@return false if the kernel reports the exit, but its status to the parent alone} */
    public boolean isKnown() {
        return status != ReadinessSink.UNKNOWN_STATUS;
    }

    /** {@return whether the process is known to have exited with code 0} */
    public boolean isSuccess() {
        return status == 0;
    }

    /** {@return the code from 0 to 255 with which the process exited; empty if a signal ended it, or if unknown} */
    public OptionalInt code() {
        return isKnown() && signalNumber() == 0
                ? OptionalInt.of(status >> CODE_SHIFT & CODE_MASK)
                : OptionalInt.empty();
    }

    /**
     * {@return the name of the signal that ended the process, such as {@code KILL}; empty if none did, or if unknown}
     */
    public Optional<String> signal() {
        return isKnown() && signalNumber() != 0 ? Optional.of(SignalNames.name(signalNumber())) : Optional.empty();
    }

    /** {@return whether a signal ended the process and the kernel wrote its memory to a file} */
    public boolean hasDumpedCore() {
        return signal().isPresent() && (status & CORE_DUMPED) != 0;
    }

    private int signalNumber() {
        return status & SIGNAL_MASK;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExitStatus that && status == that.status;
    }

    @Override
    public int hashCode() {
        return status;
    }

    @Override
    public String toString() {
        if (!isKnown()) {
            return "ended";
        }
        return signal().map(name -> "ended by signal " + name + (hasDumpedCore() ? ", core dumped" : ""))
                .orElseGet(() -> "exited with " + code().getAsInt());
    }
}
