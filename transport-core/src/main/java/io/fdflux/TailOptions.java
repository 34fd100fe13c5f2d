package io.fdflux;

import io.fdflux.file.TailFlux;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/** How {@link FileFlux#tail} and {@link FileFlux#lines} follow a file. Immutable. */
public final class TailOptions {

    private static final int LONGEST_LINE = 1024 * 1024;

    private static final TailOptions DEFAULTS =
            new TailOptions(TailFlux.END, null, ReadOptions.defaults(), StandardCharsets.UTF_8, LONGEST_LINE);

    private final long start;
    private final Duration interval;
    private final ReadOptions reading;
    private final Charset charset;
    private final int longestLine;

    private TailOptions(long start, Duration interval, ReadOptions reading, Charset charset, int longestLine) {
        this.start = start;
        this.interval = interval;
        this.reading = reading;
        this.charset = charset;
        this.longestLine = longestLine;
    }

    /** {@return from the end of the file, in chunks of 64 KiB or lines of UTF-8 up to 1 MiB, notified by the kernel} */
    public static TailOptions defaults() {
        return DEFAULTS;
    }

    /** {@return the same, from the first byte of the file that exists at the subscription} */
    public TailOptions fromStart() {
        return fromPosition(0);
    }

    /**
     * Sets where reading begins in the file that exists at the subscription. A file that appears later is read from its
     * first byte.
     *
     * @param position in bytes, not negative
     * @return new options
     */
    public TailOptions fromPosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("a position is not negative: " + position);
        }
        return new TailOptions(position, interval, reading, charset, longestLine);
    }

    /**
     * Looks for changes in intervals, instead of waiting for the kernel, as {@link WatchOptions#polled} does.
     *
     * @param every positive
     * @return new options
     */
    public TailOptions polled(Duration every) {
        return new TailOptions(start, WatchOptions.positive(every), reading, charset, longestLine);
    }

    /**
     * Sets the buffers of {@link FileFlux#tail}, and the size of the reads.
     *
     * @param options a chunk size of 0, the default, means 64 KiB
     * @return new options
     */
    public TailOptions reading(ReadOptions options) {
        return new TailOptions(start, interval, Objects.requireNonNull(options, "options"), charset, longestLine);
    }

    /**
     * Sets the encoding of {@link FileFlux#lines}. Malformed bytes become U+FFFD.
     *
     * @param encoding one where LF is the byte 10, so not UTF-16
     * @return new options
     */
    public TailOptions charset(Charset encoding) {
        if (!Arrays.equals("\n".getBytes(encoding), new byte[] {'\n'})) {
            throw new IllegalArgumentException("lines end with the byte 10, which is no line feed in " + encoding);
        }
        return new TailOptions(start, interval, reading, encoding, longestLine);
    }

    /**
     * Sets the most bytes of a line. A longer one ends the Flux with an {@link java.io.IOException}.
     *
     * @param bytes positive; 1 MiB by default
     * @return new options
     */
    public TailOptions longestLine(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a line has at least one byte, not " + bytes);
        }
        return new TailOptions(start, interval, reading, charset, bytes);
    }

    long start() {
        return start;
    }

    Duration interval() {
        return interval;
    }

    ReadOptions reading() {
        return reading;
    }

    Charset charset() {
        return charset;
    }

    int longestLine() {
        return longestLine;
    }

    @Override
    public String toString() {
        return "TailOptions[start=" + (start == TailFlux.END ? "end" : start) + ", polled=" + interval + ", reading="
                + reading + ", charset=" + charset + ", longestLine=" + longestLine + "]";
    }
}
