package io.fdflux.benchmarks.program.transport;

/** A transport or a scenario cannot run here. The message is the reason, which the report prints. */
public final class UnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param reason for the report
     */
    public UnavailableException(String reason) {
        super(reason);
    }

    /**
     * Creates the exception.
     *
     * @param reason for the report
     * @param cause  its words are appended
     */
    public UnavailableException(String reason, Throwable cause) {
        super(reason + ": " + words(cause), cause);
    }

    private static String words(Throwable cause) {
        String all = String.valueOf(cause);
        return (cause.getCause() == null ? all : all + ", because of " + cause.getCause()).replaceAll("\\s+", " ");
    }
}
