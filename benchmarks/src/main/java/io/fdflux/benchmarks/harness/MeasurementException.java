package io.fdflux.benchmarks.harness;

/** A program did not do what it was started for. The message goes to the report. */
final class MeasurementException extends RuntimeException {

    private static final long serialVersionUID = 1;

    MeasurementException(String message) {
        super(message);
    }
}
