package io.fdflux;

import java.io.IOException;

/** Ends the output of a process that did not exit with code 0. */
public final class ProcessFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient ExitStatus status;

    ProcessFailedException(Command command, ExitStatus status) {
        super(command.program() + " " + status);
        this.status = status;
    }

    /** {@return how the process has ended; null after deserialization} */
    public ExitStatus status() {
        return status;
    }
}
