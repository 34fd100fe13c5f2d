package io.fdflux.source;

import io.fdflux.spi.SourceKind;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * What a {@link SourceFlux} watches, and what its reports become.
 *
 * @param <T>     the elements
 * @param name    what the flux delivers, in messages: {@code signal TERM}
 * @param kind    the kind of source
 * @param ident   what to watch, see {@link io.fdflux.spi.EventSources}
 * @param detail  more about it, see {@link io.fdflux.spi.EventSources}
 * @param once    whether the first element is the last one
 * @param reports makes elements of reports
 * @param refusal makes the error of an errno with which the kernel refused
 */
public record KernelSource<T>(
        String name,
        SourceKind kind,
        long ident,
        long detail,
        boolean once,
        Reports<T> reports,
        IntFunction<? extends Throwable> refusal) {

    /** Makes an element of a report. Loop thread. One with a state belongs to one subscription. */
    @FunctionalInterface
    public interface Reports<T> {
        /**
         * Makes an element.
         *
         * @param count  how often the source has occurred since the last report
         * @param detail more about it, see {@link io.fdflux.spi.EventSources}
         * @return the element; null if the report is spurious. A source that reports once is watched again then
         * @throws IOException to end the stream
         */
        T element(long count, int detail) throws IOException;

        /** {@return whether the first request is answered at once, by an element of what is, with a count of 0} */
        default boolean beginAtOnce() {
            return false;
        }

        /**
         * Begins, before anything is watched.
         *
         * @param failed ends the stream with an error. Any thread
         */
        default void begin(Consumer<? super Throwable> failed) {}

        /** Ends, once nothing is watched. {@link #begin} may have failed the stream. */
        default void end() {}
    }
}
