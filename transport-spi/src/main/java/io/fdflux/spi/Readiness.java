package io.fdflux.spi;

/** What a {@link Poller} reports of one descriptor: a union of these bits. */
public final class Readiness {

    /** A read may succeed. */
    public static final int READABLE = 1;

    /** A write may succeed, or a connect has ended. */
    public static final int WRITABLE = 1 << 1;

    /** The peer has gone or shut down its output. What it sent before may still be there to read. */
    public static final int HANGUP = 1 << 2;

    /** The descriptor has failed, or the kernel refused to watch it; the event's errno says why where it is known. */
    public static final int ERROR = 1 << 3;

    /**
     * A read may end before all that is there, at urgent data: a short one proves nothing. Only where a watch that
     * persists would not tell of the rest.
     */
    public static final int URGENT = 1 << 4;

    private Readiness() {}
}
