package io.fdflux.benchmarks.program.load;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts operations and their latencies. One thread, the load's loop; {@link #result} after its end. */
final class Meter {

    private static final long LONGEST = TimeUnit.MINUTES.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final int inFlight;
    private final Histogram histogram = new Histogram(LONGEST, SIGNIFICANT_DIGITS);
    private final long start = System.nanoTime();
    private final long end;
    private long last = start;
    private long operations;
    private long errors;

    /**
     * The time begins now.
     *
     * @param inFlight how many answers are awaited at a time
     */
    Meter(Duration time, int inFlight) {
        this.inFlight = inFlight;
        end = start + time.toNanos();
    }

    /** {@return whether more is to be sent} */
    boolean isOpen() {
        return System.nanoTime() - end < 0;
    }

    /** An answer has come, to something that was sent at this {@link System#nanoTime()}. */
    void answered(long sentAt, long operationsOfAnswer) {
        last = System.nanoTime();
        histogram.recordValue(Math.clamp(last - sentAt, 0, LONGEST));
        operations += operationsOfAnswer;
    }

    void error() {
        errors++;
    }

    LoadResult result() {
        return new LoadResult(operations, (last - start) / 1e9, errors, inFlight, histogram);
    }
}
