package io.fdflux.engine;

/**
 * A user of a loop that has nothing at the poller, such as a queue of other threads' values, and shares the loop's
 * passes with descriptors and kernel sources. All methods run on the loop's thread. An exception of a method is logged,
 * and closes this guest only.
 */
public interface Guest {

    /** Runs once for {@link GuestRegistration#want}. Bounded, because the rest of the pass waits for it. */
    void turn();

    /** Ends in this call, and cancels the registration. Called when a turn threw. */
    void close();
}
