package io.fdflux.posix;

import static io.fdflux.posix.NativeFunctions.INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntUnaryOperator;

/**
 * A file descriptor: its number, and who closes it. Thread-safe; closing twice closes once, so a number that the kernel has
 * given to somebody else meanwhile is never closed by mistake.
 */
public final class Descriptor implements AutoCloseable {

    private static final int NO_ARGUMENT = 0;

    private static final class Close {
        static final MethodHandle HANDLE = NativeFunctions.link("close", FunctionDescriptor.of(INT, INT));
    }

    private static final class Fcntl {
        static final MethodHandle HANDLE =
                NativeFunctions.linkVariadic("fcntl", FunctionDescriptor.of(INT, INT, INT, INT), 2);
    }

    private static final class Constant {
        static final int F_GETFL = Constants.value("F_GETFL");
        static final int F_SETFL = Constants.value("F_SETFL");
        static final int F_SETFD = Constants.value("F_SETFD");
        static final int FD_CLOEXEC = Constants.value("FD_CLOEXEC");
        static final int O_NONBLOCK = Constants.value("O_NONBLOCK");
    }

    private final int number;
    private final IntUnaryOperator closer;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Descriptor(int number, IntUnaryOperator closer) {
        if (number < 0) {
            throw new IllegalArgumentException("a descriptor's number is not negative: " + number);
        }
        this.number = number;
        this.closer = closer;
    }

    /**
     * Takes over an open descriptor: whoever closes the result closes it.
     *
     * @param number its number, not negative
     * @return the owner
     */
    public static Descriptor of(int number) {
        return new Descriptor(number, Descriptor::close0);
    }

    /**
     * A descriptor that is closed by other means than close(2): by a kernel of a test.
     *
     * @param number its number, not negative
     * @param closer called once with the number; returns 0 or {@code -errno}
     * @return the owner
     */
    public static Descriptor of(int number, IntUnaryOperator closer) {
        return new Descriptor(number, closer);
    }

    /**
     * Standard input. Closing the result closes it for the process.
     *
     * @return descriptor 0
     */
    public static Descriptor stdin() {
        return of(0);
    }

    /**
     * Standard output. Closing the result closes it for the process.
     *
     * @return descriptor 1
     */
    public static Descriptor stdout() {
        return of(1);
    }

    /** {@return the number} */
    public int number() {
        return number;
    }

    /** {@return false once it was closed through this object} */
    public boolean isOpen() {
        return !closed.get();
    }

    /**
     * Closes the descriptor, once.
     *
     * @throws IOException if the kernel reports an error; the number is free again nevertheless, and must not be closed twice
     */
    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            int result = closer.applyAsInt(number);
            // EINTR: the number is gone on every platform of the tables. Retrying could close a stranger's descriptor.
            if (result < 0 && result != -Errno.EINTR) {
                throw Errno.exception("close", this, -result);
            }
        }
    }

    /**
     * Sets or clears O_NONBLOCK. The flag belongs to the open file description: every duplicate of the descriptor, also in
     * another process (the shell's terminal), sees it.
     *
     * @param nonBlocking what it shall be
     * @return what it was before
     * @throws IOException if the descriptor is not open
     */
    public boolean nonBlocking(boolean nonBlocking) throws IOException {
        int flags = fcntl(number, Constant.F_GETFL, NO_ARGUMENT);
        if (flags < 0) {
            throw Errno.exception("fcntl", this + ", F_GETFL", -flags);
        }
        boolean was = (flags & Constant.O_NONBLOCK) != 0;
        if (was != nonBlocking) {
            int result = fcntl(number, Constant.F_SETFL, flags ^ Constant.O_NONBLOCK);
            if (result < 0) {
                throw Errno.exception("fcntl", this + ", F_SETFL", -result);
            }
        }
        return was;
    }

    /** Sets O_NONBLOCK and FD_CLOEXEC on a fresh number, where the kernel could not do so while making it. */
    static int setFlags(int number) {
        int result = fcntl(number, Constant.F_SETFD, Constant.FD_CLOEXEC);
        if (result < 0) {
            return result;
        }
        int flags = fcntl(number, Constant.F_GETFL, NO_ARGUMENT);
        return flags < 0 ? flags : fcntl(number, Constant.F_SETFL, flags | Constant.O_NONBLOCK);
    }

    static int fcntl(int number, int command, int argument) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) Fcntl.HANDLE.invokeExact(state, number, command, argument);
            return result >= 0 ? result : -NativeFunctions.errno(state);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    static int close0(int number) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result = (int) Close.HANDLE.invokeExact(state, number);
            return result >= 0 ? result : -NativeFunctions.errno(state);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    @Override
    public String toString() {
        return "descriptor " + number;
    }
}
