package io.fdflux.posix;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawDescriptors;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/**
 * A file descriptor with an owner and users. {@link #close()} is safe on any thread at any moment, because the number
 * is leased: it stays open until the last user has released it, so no call ever reaches a number that the kernel has
 * given to somebody else. Thread-safe, without a lock but for {@link #lease(Runnable)}.
 *
 * <pre>
 * state       meaning                          lease()   release()        close()
 * n >= 0      open, n leases                   n + 1     n - 1            CLOSED + n; closes the number if n is 0
 * CLOSED + n  closed by its owner, n leases    refused   closes the       nothing
 *                                                        number if n is 1
 * </pre>
 *
 * A stream of {@code FdFlux} and a channel hold a lease for their life, other threads for one call.
 */
public final class Descriptor implements AutoCloseable {

    private static final int CLOSED = Integer.MIN_VALUE;

    private static final class Standard {
        static final Descriptor IN = of(0);
        static final Descriptor OUT = of(1);
    }

    private static final class Constant {
        static final int F_GETFL = Constants.value("F_GETFL");
        static final int F_SETFL = Constants.value("F_SETFL");
        static final int O_NONBLOCK = Constants.value("O_NONBLOCK");
    }

    private final int number;
    private final IntUnaryOperator closer;
    private final boolean unshared;
    private final AtomicInteger state = new AtomicInteger();
    /** Guarded by this object; null for none, and once they have been notified. */
    private List<Runnable> closeListeners;
    /** Guarded by this object. */
    private boolean listenersNotified;

    private Descriptor(int number, IntUnaryOperator closer, boolean unshared) {
        if (number < 0) {
            throw new IllegalArgumentException("a descriptor's number is not negative: " + number);
        }
        this.number = number;
        this.closer = closer;
        this.unshared = unshared;
    }

    /**
     * Takes over an open descriptor: whoever closes the result closes it.
     *
     * @param number its number, not negative
     * @return the owner
     */
    public static Descriptor of(int number) {
        return new Descriptor(number, RawDescriptors::close, false);
    }

    /**
     * Opens a file, a FIFO, a terminal or a device, non-blocking and closed on exec: open(2). A FIFO without a reader
     * cannot be opened to be written only (ENXIO). The call may wait for a disk or a network file system.
     *
     * @param path    of the default file system
     * @param options READ (the default), WRITE, APPEND, CREATE, CREATE_NEW, TRUNCATE_EXISTING; they mean what they do
     *                for {@link java.nio.channels.FileChannel#open}
     * @return the owner; the caller closes it
     * @throws java.nio.file.NoSuchFileException        if there is none
     * @throws java.nio.file.AccessDeniedException      if this process must not open it
     * @throws java.nio.file.FileAlreadyExistsException if CREATE_NEW finds one
     * @throws IOException                              if it cannot be opened for another reason
     * @throws IllegalArgumentException                 if the path is of another file system than the
     *     operating system's
     * @throws UnsupportedOperationException            if there is another option
     */
    public static Descriptor open(Path path, OpenOption... options) throws IOException {
        return unshared(OpenCall.open(path, options));
    }

    /**
     * A descriptor that is closed by other means than close(2): by a kernel of a test.
     *
     * @param number its number, not negative
     * @param closer called once with the number; returns 0 or {@code -errno}
     * @return the owner
     */
    public static Descriptor of(int number, IntUnaryOperator closer) {
        return new Descriptor(number, closer, false);
    }

    /**
     * Takes over a descriptor whose open file the caller has made, non-blocking, closed on exec, and shown to nobody.
     *
     * @param number its number, not negative
     * @return the owner, which {@link #isUnshared()}
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
     * Whether this library has made the open file and given it to nobody else: then its O_NONBLOCK is this
     * process's own.
     *
     * @return false for a number that was handed over, which other processes may have open as well
     */
    public boolean isUnshared() {
        return unshared;
    }

    /** {@return false once {@link #close()} was called, also while leases keep the number open} */
    public boolean isOpen() {
        return state.get() >= 0;
    }

    /**
     * Keeps the number open until {@link #release()}, for a call or for longer.
     *
     * @return false if it was closed: make no call on the number, and do not release. {@link ClosedDescriptorException}
     *     says so to a user
     */
    public boolean lease() {
        int leases;
        do {
            leases = state.get();
            if (leases < 0) {
                return false;
            }
        } while (!state.compareAndSet(leases, leases + 1));
        return true;
    }

    /**
     * Keeps the number open until {@link #release(Runnable)}, for a user who lets go when its owner closes it.
     *
     * @param whenClosed run once, by the thread that closes, unless it was released before. It must not throw
     * @return false if it was closed, as {@link #lease()}
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
        whenClosed.run(); // closed since this lease was taken
        return true;
    }

    /**
     * Gives a lease back. The last one after {@link #close()} closes the number.
     *
     * @throws IOException if this closed the number and the kernel reports an error; it is free again nevertheless
     */
    public void release() throws IOException {
        int left = state.decrementAndGet();
        if (left == CLOSED) {
            closeNumber();
        } else if (left == -1 || left == Integer.MAX_VALUE) {
            throw new IllegalStateException(this + " was released more often than it was leased");
        }
    }

    /**
     * Gives a lease of {@link #lease(Runnable)} back.
     *
     * @param whenClosed what that was given, the same object
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
     * Closes the descriptor, once: at once if nobody leases it, else when the last lease is released. From now on new
     * leases are refused.
     *
     * @throws IOException if the kernel reports an error; the number is free again nevertheless, and must not be
     *     closed twice
     */
    @Override
    public void close() throws IOException {
        int before = state.getAndUpdate(leases -> leases | CLOSED);
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
     * {@link #close()} of a descriptor to which the kernel writes nothing back, so that only a stolen number can fail.
     */
    public void closeUnchecked() {
        try {
            close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * {@link #release()} of a descriptor to which the kernel writes nothing back, so that only a stolen number
     * can fail.
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
        // EINTR: the number is gone on every platform of the tables. Retrying could close a stranger's descriptor.
        if (result < 0 && result != -Errno.EINTR) {
            throw Errno.exception("close", this, -result);
        }
    }

    /**
     * Sets or clears O_NONBLOCK. The flag belongs to the open file description: every duplicate of the descriptor, also
     * in another process (the shell's terminal), sees it.
     *
     * @param nonBlocking what it shall be
     * @return what it was before
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
