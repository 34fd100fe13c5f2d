package io.fdflux.spi;

/** The bits of the interests that a {@link Poller} watches on a descriptor. */
public final class Interest {

    /** Nothing. */
    public static final int NONE = 0;

    /** Data, a connection to accept, or the end of the stream. */
    public static final int READ = 1;

    /** Space to write, or the outcome of a connect. */
    public static final int WRITE = 1 << 1;

    /**
     * The peer has closed, shut down its output, or reset; data alone does not report it. {@link #READ} and
     * {@link #WRITE} include it. Armed alone, it watches an idle stream.
     *
     * <p>Alone it is best effort on kernels that cannot watch for it without data: pipes of FreeBSD and NetBSD, full
     * receive buffers of macOS. There it may report data once, as {@link Readiness#READABLE}, and then stays disarmed
     * until READ is armed. The next read notices the closed peer.
     */
    public static final int HANGUP = 1 << 2;

    private Interest() {}
}
