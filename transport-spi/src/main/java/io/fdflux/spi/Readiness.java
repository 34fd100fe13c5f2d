package io.fdflux.spi;

/** The bits of the readiness that a {@link Poller} reports of a descriptor. */
public final class Readiness {

    /** A read may succeed. */
    public static final int READABLE = 1;

    /** A write may succeed, or a connect has ended. */
    public static final int WRITABLE = 1 << 1;

    /** The peer has closed or shut down its output. Earlier data may still be unread. */
    public static final int HANGUP = 1 << 2;

    /** The descriptor has failed, or the kernel refused to watch it. The event has the errno, if known. */
    public static final int ERROR = 1 << 3;

    /**
     * A read may stop at urgent data, so a short read does not mean that the next one would block. Reported only by
     * pollers whose watch persists, because their next edge would not report the remaining data.
     */
    public static final int URGENT = 1 << 4;

    private Readiness() {}
}
