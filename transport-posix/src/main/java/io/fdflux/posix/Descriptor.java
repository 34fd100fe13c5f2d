package io.fdflux.posix;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawDescriptors;
import java.io.IOException;
import java.lang.System.Logger;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.IntUnaryOperator;

/**
 * A file descriptor that one owner closes and any number of users lease. {@link #close()} is safe on any thread at any
 * time, because the number stays open until its last lease is released. So no call reaches a number that the kernel has
 * reused. Thread-safe; only {@link #lease(Runnable)} takes a lock.
 *
 * <pre>
 * state       meaning                          lease()   release()        close()
 * n >= 0      open, n leases                   n + 1     n - 1            CLOSED + n; closes the number if n is 0
 * CLOSED + n  closed by its owner, n leases    refused   closes the       nothing
 *                                                        number if n is 1
 * </pre>
 *
 * A stream of {@code FdFlux} or a channel holds a lease for its lifetime, any other user for one call.
 */
public final class Descriptor implements AutoCloseable {

    private static final int CLOSED = Integer.MIN_VALUE;

    private static final AtomicIntegerFieldUpdater<Descriptor> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Descriptor.class, "state");

    private static final class Standard {
        static final Descriptor IN = of(0);
        static final Descriptor OUT = of(1);
    }

    private static final class Constant {
        static final int F_GETFL = Constants.value("F_GETFL");
        static final int F_SETFL = Constants.value("F_SETFL");
        static final int O_NONBLOCK = Constants.value("O_NONBLOCK");
    }

    private static final class Watch {
        static final DescriptorWatch FIRST = first();

        /** A program without the watch still runs: a broken service is reported, and not used. */
        private static DescriptorWatch first() {
            try {
                return ServiceLoader.load(DescriptorWatch.class, Descriptor.class.getClassLoader())
                        .findFirst()
                        .orElse(null);
            } catch (ServiceConfigurationError e) {
                System.getLogger(Descriptor.class.getName())
                        .log(Logger.Level.WARNING, "descriptors that nobody closes will not be found", e);
                return null;
            }
        }
    }

    private final int number;
    private final IntUnaryOperator closer;
    private final boolean unshared;
    private volatile int state;
    /** Guarded by this object; null if there are none, or once they were notified. */
    private List<Runnable> closeListeners;
    /** Guarded by this object. */
    private boolean listenersNotified;

    private Descriptor(int number, IntUnaryOperator closer, boolean unshared) {
        if (number < 0) {
            throw new IllegalArgumentException("a descriptor's number is not negative: " + number);
        }
        this.number = number;
        this.unshared = unshared;
        this.closer = unshared ? watched(closer) : closer;
    }

    /** An adopted number is not watched: whoever gave it knows it still. */
    private IntUnaryOperator watched(IntUnaryOperator closer) {
        Runnable closing = Watch.FIRST == null ? null : Watch.FIRST.opened(this);
        if (closing == null) {
            return closer;
        }
        return n -> {
            closing.run();
            return closer.applyAsInt(n);
        };
    }

    /**
     * Takes ownership of an open descriptor. Closing the result closes it.
     *
     * @param number its number, not negative
     * @return the owner
     */
    public static Descriptor of(int number) {
        return new Descriptor(number, RawDescriptors::close, false);
    }

    /**
     * Opens a file, a FIFO, a terminal or a device, non-blocking and closed on exec: open(2). Opening a FIFO without a
     * reader for writing only fails with ENXIO, see fifo(7). The call may block on a disk or a network file system.
     *
     * @param path    in the default file system
     * @param options READ (the default), WRITE, APPEND, CREATE, CREATE_NEW, TRUNCATE_EXISTING, with their meaning in
     *     {@link java.nio.channels.FileChannel#open}
     * @return the owner; the caller closes it
     * @throws java.nio.file.NoSuchFileException        if the file does not exist
     * @throws java.nio.file.AccessDeniedException      if the process lacks the permission
     * @throws java.nio.file.FileAlreadyExistsException if CREATE_NEW finds a file
     * @throws IOException                              if the call fails for another reason
     * @throws IllegalArgumentException                 if the path belongs to another file system
     * @throws UnsupportedOperationException            if an option is not in this list
     */
    public static Descriptor open(Path path, OpenOption... options) throws IOException {
        return unshared(OpenCall.open(path, options));
    }

    /**
     * A descriptor that a function closes instead of close(2), such as one of a test's kernel.
     *
     * @param number its number, not negative
     * @param closer called once with the number; returns 0 or {@code -errno}
     * @return the owner
     */
    public static Descriptor of(int number, IntUnaryOperator closer) {
        return new Descriptor(number, closer, false);
    }

    /**
     * Takes ownership of a descriptor whose open file description no other process or library can have. It must be
     * non-blocking and closed on exec.
     *
     * @param number its number, not negative
     * @return the owner, with {@link #isUnshared()} true
     */
    public static Descriptor unshared(int number) {
        return new Descriptor(number, RawDescriptors::close, true);
    }

    /**
     * Standard input. Closing it closes it for the process.
     *
     * @return descriptor 0, always the same object
     */
    public static Descriptor stdin() {
        return Standard.IN;
    }

    /**
     * Standard output. Closing it closes it for the process.
     *
     * @return descriptor 1, always the same object
     */
    public static Descriptor stdout() {
        return Standard.OUT;
    }

    /** {@return the number} */
    public int number() {
        return number;
    }

    /**
     * Whether this library made the open file description and never shared it. O_NONBLOCK then affects this
     * process alone.
     *
     * @return false for an adopted number, whose open file description other processes may share
     */
    public boolean isUnshared() {
        return unshared;
    }

    /** {@return false after {@link #close()}, even while leases keep the number open} */
    public boolean isOpen() {
        return state >= 0;
    }

    /**
     * Keeps the number open until {@link #release()}, for one call or longer.
     *
     * @return false if the owner has closed it: then neither use nor release the number, and report
     *     {@link ClosedDescriptorException}
     */
    public boolean lease() {
        int leases;
        do {
            leases = state;
            if (leases < 0) {
                return false;
            }
        } while (!STATE.compareAndSet(this, leases, leases + 1));
        return true;
    }

    /**
     * Keeps the number open until {@link #release(Runnable)}, and notifies the user when the owner closes it.
     *
     * @param whenClosed run at most once, by the closing thread, unless released before. It must not throw
     * @return as {@link #lease()}
     */
    public boolean lease(Runnable whenClosed) {
        if (!lease()) {
            return false;
        }
        synchronized (this) {
            if (!listenersNotified) {
                if (closeListeners == null) {
                    closeListeners = new ArrayList<>(1);
                }
                closeListeners.add(whenClosed);
                return true;
            }
        }
        whenClosed.run(); // close() ran between the lease and the lock
        return true;
    }

    /**
     * Ends a lease. The last one after {@link #close()} closes the number.
     *
     * @throws IOException if this call closed the number and the kernel reports an error; the number is
     *     free nevertheless
     */
    public void release() throws IOException {
        int left = STATE.decrementAndGet(this);
        if (left == CLOSED) {
            closeNumber();
        } else if (left == -1 || left == Integer.MAX_VALUE) {
            throw new IllegalStateException(this + " was released more often than it was leased");
        }
    }

    /**
     * Ends a lease of {@link #lease(Runnable)}.
     *
     * @param whenClosed the same object
     * @throws IOException as {@link #release()}
     */
    public void release(Runnable whenClosed) throws IOException {
        synchronized (this) {
            if (closeListeners != null) {
                closeListeners.remove(whenClosed);
            }
        }
        release();
    }

    /**
     * Closes the descriptor and refuses new leases. The number itself is closed with its last lease, or here if there
     * is none.
     *
     * @throws IOException if the kernel reports an error; the number is free nevertheless, and must not be closed again
     */
    @Override
    public void close() throws IOException {
        int before = STATE.getAndUpdate(this, leases -> leases | CLOSED);
        if (before == 0) {
            closeNumber();
        } else if (before > 0) {
            notifyListeners();
        }
    }

    private void notifyListeners() {
        List<Runnable> listeners;
        synchronized (this) {
            listenersNotified = true;
            listeners = closeListeners;
            closeListeners = null;
        }
        if (listeners != null) {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * {@link #close()} for a descriptor without pending file writes. It fails only if other code has closed the number.
     */
    public void closeUnchecked() {
        try {
            close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * {@link #release()} for a descriptor without pending file writes. It fails only if other code has closed
     * the number.
     */
    public void releaseUnchecked() {
        try {
            release();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void closeNumber() throws IOException {
        int result = closer.applyAsInt(number);
        // Never retry after EINTR: the number is free already, and another thread may have reused it. See close(2) of
        // Linux under "Dealing with error returns from close()", and kern_close in FreeBSD's sys/kern/kern_descrip.c.
        if (result < 0 && result != -Errno.EINTR) {
            throw Errno.exception("close", this, -result);
        }
    }

    /**
     * Sets or clears O_NONBLOCK. The flag belongs to the open file description, see F_SETFL in fcntl(2). So it affects
     * every duplicate, including the shell's for a terminal.
     *
     * @param nonBlocking its new value
     * @return its previous value
     * @throws IOException if the descriptor is not open
     */
    public boolean nonBlocking(boolean nonBlocking) throws IOException {
        int flags = RawDescriptors.fcntl(number, Constant.F_GETFL, 0);
        if (flags < 0) {
            throw Errno.exception("fcntl", this + ", F_GETFL", -flags);
        }
        boolean was = (flags & Constant.O_NONBLOCK) != 0;
        if (was != nonBlocking) {
            int result = RawDescriptors.fcntl(number, Constant.F_SETFL, flags ^ Constant.O_NONBLOCK);
            if (result < 0) {
                throw Errno.exception("fcntl", this + ", F_SETFL", -result);
            }
        }
        return was;
    }

    @Override
    public String toString() {
        return "descriptor " + number;
    }
}
