package io.fdflux.kqueue;

/**
 * Makes a waiting kevent return. It is registered with the kqueue when it is made, and reports under {@link #TOKEN}.
 */
interface Waker {

    /** What its events carry; descriptors have tokens that are not negative. */
    long TOKEN = -1;

    /** {@return what it wakes with, for a diagnosis} */
    String means();

    /** Any thread, also after {@link #close}. */
    void wakeup();

    /** The owner has seen its event. */
    void woken();

    /**
     * The owner, before it closes the kqueue. A thread inside {@link #wakeup} keeps the number that it uses by a lease.
     */
    void close();
}
