package io.fdflux.engine;

import io.fdflux.spi.SourceKind;

/**
 * The owner of one kernel source on a loop, which the engine calls with what has occurred. All methods run on the
 * loop's thread. An exception of a method is logged, and closes this handle only.
 */
public interface SourceHandle {

    /**
     * The source has occurred, and {@link SourceRegistration#want} has asked for it. Each demand makes one call.
     *
     * @param count  how often, since the last call; at least 1
     * @param detail more about it, see {@link io.fdflux.spi.EventSources}; for {@link SourceKind#FILE} the union of all
     *     changes since the last call
     */
    void occurred(long count, int detail);

    /**
     * The kernel refuses to watch the source, or cannot go on. The registration has ended. Called without demand too.
     *
     * @param errno the reason, in the platform's numbering: ENOSYS if the poller does not offer the kind, ESRCH if a
     *     process is gone
     */
    void refused(int errno);

    /**
     * Ends in this call, and removes the source from the loop. Called when the loop shuts down or a call of this handle
     * threw. During a shutdown, each iteration calls it again while the source stays registered.
     */
    void close();

    /** {@return its place in a pass: a higher one runs first; asked once, at registration} */
    default int priority() {
        return 0;
    }
}
