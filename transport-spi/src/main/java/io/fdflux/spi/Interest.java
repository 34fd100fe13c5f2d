package io.fdflux.spi;

/** What a {@link Poller} is asked to watch on one descriptor: a union of these bits. */
public final class Interest {

    /** Nothing. */
    public static final int NONE = 0;

    /** Data, a connection to accept, or the end of the stream. */
    public static final int READ = 1;

    /** Room to write, or the outcome of a connect. */
    public static final int WRITE = 1 << 1;

    /**
     * The peer has gone (it closed, shut down its output, or reset); data alone does not report it. Included in
     * {@link #READ} and {@link #WRITE}: armed alone it watches an idle stream. Best effort where a kernel cannot watch
     * for it alone (pipes of FreeBSD and NetBSD, full receive buffers of macOS): data may then be reported once, as
     * {@link Readiness#READABLE}, and the watch rests until READ is armed; the peer's going is noticed by the
     * next demand.
     */
    public static final int HANGUP = 1 << 2;

    private Interest() {}
}
