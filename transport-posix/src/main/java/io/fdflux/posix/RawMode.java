package io.fdflux.posix;

import io.fdflux.posix.ffi.RawTerminals;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/**
 * A terminal in raw mode. {@link #close()} restores the mode of before, as the exit of the JVM does. Thread-safe. Close
 * several of one terminal in the reverse order.
 */
public final class RawMode implements AutoCloseable {

    /** Guarded by the class; the terminals to restore when the JVM exits. */
    private static final Set<RawMode> OPEN = new HashSet<>();

    private static boolean hooked;

    private final Descriptor descriptor;
    private final MemorySegment before;

    private RawMode(Descriptor descriptor, MemorySegment before) {
        this.descriptor = descriptor;
        this.before = before;
    }

    /** Sets the raw mode. The descriptor is leased; the lease is released here if the call fails. */
    static RawMode enter(Descriptor descriptor, MemorySegment before, MemorySegment raw) throws IOException {
        RawMode mode = new RawMode(descriptor, before);
        boolean entered = false;
        try {
            synchronized (RawMode.class) {
                hook();
                OPEN.add(mode);
            }
            // Without the lock, because a stopped terminal holds the call up, and the exit needs the lock.
            int result = RawTerminals.setMode(descriptor.number(), raw, true);
            if (result < 0) {
                throw Errno.exception("tcsetattr", descriptor, -result);
            }
            entered = true;
            return mode;
        } finally {
            if (!entered) {
                mode.forget();
                descriptor.release();
            }
        }
    }

    private boolean forget() {
        synchronized (RawMode.class) {
            return OPEN.remove(this);
        }
    }

    private static void hook() {
        if (!hooked) {
            Runtime.getRuntime().addShutdownHook(new Thread(RawMode::restoreAll, "fdflux-terminals"));
            hooked = true;
        }
    }

    /** Without waiting for output, because a stopped terminal would hold up the exit. */
    private static synchronized void restoreAll() {
        OPEN.forEach(mode -> RawTerminals.setMode(mode.descriptor.number(), mode.before, false));
    }

    /**
     * Restores the mode of before. A second call has no effect.
     *
     * @throws IOException if the kernel refuses. EIO of a terminal that has hung up is no error
     */
    @Override
    public void close() throws IOException {
        if (!forget()) {
            return;
        }
        int result = RawTerminals.setMode(descriptor.number(), before, true);
        descriptor.release();
        if (result < 0 && result != -Errno.EIO) {
            throw Errno.exception("tcsetattr", descriptor, -result);
        }
    }
}
