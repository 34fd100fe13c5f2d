package io.fdflux;

import java.time.Duration;

/** How {@link FileFlux#changes} watches. Immutable. */
public final class WatchOptions {

    private static final WatchOptions DEFAULTS = new WatchOptions(false, null);

    private final boolean recursive;
    private final Duration interval;

    private WatchOptions(boolean recursive, Duration interval) {
        this.recursive = recursive;
        this.interval = interval;
    }

    /** {@return a directory without those below it, notified by the kernel} */
    public static WatchOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Sets whether the directories below a directory are watched too, those included that appear later. Symbolic links
     * are not followed.
     *
     * @param value false by default
     * @return new options
     */
    public WatchOptions recursive(boolean value) {
        return new WatchOptions(value, interval);
    }

    /**
     * Compares the files in intervals, instead of waiting for the kernel. It is for network file systems, whose changes
     * by other machines no kernel reports.
     *
     * @param every positive
     * @return new options
     */
    public WatchOptions polled(Duration every) {
        return new WatchOptions(recursive, positive(every));
    }

    static Duration positive(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("an interval is positive, not " + interval);
        }
        return interval;
    }

    boolean recursive() {
        return recursive;
    }

    Duration interval() {
        return interval;
    }

    @Override
    public String toString() {
        return "WatchOptions[recursive=" + recursive + ", polled=" + interval + "]";
    }
}
