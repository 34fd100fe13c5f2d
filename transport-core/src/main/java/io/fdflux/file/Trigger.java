package io.fdflux.file;

import java.io.IOException;
import java.util.function.Consumer;

/** Decides when a {@link SnapshotStream} compares again. */
interface Trigger {

    /**
     * Prepares for the files of a new state. Off the loop; may block. Not while another call of it is running.
     *
     * @param files the state
     * @return whether files are watched that were not: their changes since the state was taken are not reported
     * @throws IOException if the kernel refuses
     */
    boolean prepare(Snapshot files) throws IOException;

    /**
     * Asks for a call. Loop thread, behind {@link #prepare}. Does nothing while the last one is outstanding.
     *
     * @param changed called on the loop when files may have changed since the last state; perhaps several times
     * @param failed  called on the loop when no call will follow
     */
    void arm(Runnable changed, Consumer<? super Throwable> failed);

    /** Ends. Loop thread, perhaps while {@link #prepare} is running. No call follows. */
    void close();
}
