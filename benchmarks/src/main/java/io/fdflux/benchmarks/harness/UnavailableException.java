package io.fdflux.benchmarks.harness;

/** A transport, or what a scenario needs, is not there. The message goes to the report as the reason. */
final class UnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    UnavailableException(String reason) {
        super(reason);
    }
}
