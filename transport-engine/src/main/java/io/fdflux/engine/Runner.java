package io.fdflux.engine;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * What stands on a loop's run list: a descriptor, a kernel source or a guest. A run calls user code. Loop thread only.
 */
abstract sealed class Runner permits Registration, SourceRegistration, GuestRegistration {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Runner.class);

    /** Runs what is due, except writes. Takes this off the run list first. */
    abstract void runRead();

    /** {@return whom the run calls} */
    abstract Object owner();

    /** Asks the owner to end. */
    abstract void closeOwner();

    /** Removes this from the loop, in whatever state its owner is. */
    abstract void abandon();

    /** Ends the owner. Errors included: they end one stream only (invariant 21). */
    final void close() {
        try {
            closeOwner();
        } catch (Throwable t) {
            abandon();
            LOGGER.warn("{} failed to close", owner(), t);
        }
    }

    /** Ends the owner, because its run has thrown. */
    final void closeFailed(Throwable cause) {
        LOGGER.warn("Closing {}, which failed on the loop", owner(), cause);
        close();
    }
}
