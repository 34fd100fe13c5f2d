package io.fdflux.kqueue;

/** Makes a waiting kevent(2) return. Its constructor registers it with the kqueue, under {@link #TOKEN}. */
interface Waker {

    /** The token of its events. Tokens of descriptors are not negative. */
    long TOKEN = -1;

    /** {@return the mechanism, for a diagnosis} */
    String means();

    /** Makes the wait return. Any thread, also after {@link #close}. */
    void wakeup();

    /** Notes its event. Owner thread. */
    void woken();

    /**
     * Releases its descriptors. Owner thread, before it closes the kqueue. A concurrent {@link #wakeup} keeps its
     * number open by a lease.
     */
    void close();
}
