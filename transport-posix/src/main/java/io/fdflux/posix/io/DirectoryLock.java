package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds an exclusive flock(2) of a directory. It excludes threads and processes that take the same lock, because flock
 * is advisory. It needs no lock file, and the kernel releases it when its process ends. Thread-safe.
 *
 * <p>The directory must be readable. NFS refuses the lock with EBADF, because it emulates flock by a lock that needs
 * write access: flock(2), "NFS details".
 */
public final class DirectoryLock implements AutoCloseable {

    private static final int LOCK_EX = Constants.value("LOCK_EX");
    private static final int LOCK_NB = Constants.value("LOCK_NB");

    private static final long PAUSE_NANOS = 50_000;

    private static final class Flock {
        static final MethodHandle HANDLE = NativeFunctions.link("flock", FunctionDescriptor.of(INT, INT, INT));
    }

    private final Descriptor directory;

    private DirectoryLock(Descriptor directory) {
        this.directory = directory;
    }

    /**
     * Takes the lock of a directory. Retries with pauses instead of blocking in the kernel, because flock(2) has
     * no timeout.
     *
     * @param directory  an existing directory in the default file system
     * @param limitNanos the longest wait for another holder, not negative
     * @return the lock; the caller closes it
     * @throws IOException if the directory cannot be opened or locked, or if the limit has passed (EAGAIN)
     */
    public static DirectoryLock take(Path directory, long limitNanos) throws IOException {
        Descriptor opened = Descriptor.open(directory);
        long start = System.nanoTime();
        int result = flock(opened.number());
        while (result == -Errno.EINTR || result == -Errno.EAGAIN && System.nanoTime() - start < limitNanos) {
            LockSupport.parkNanos(PAUSE_NANOS);
            result = flock(opened.number());
        }
        if (result < 0) {
            opened.closeUnchecked();
            throw Errno.exception("flock", directory, -result);
        }
        return new DirectoryLock(opened);
    }

    private static int flock(int fd) {
        MemorySegment state = NativeFunctions.state();
        try {
            int result =
                    (int) (long) Flock.HANDLE.invokeExact(state, (long) fd, (long) (LOCK_EX | LOCK_NB), 0L, 0L, 0L, 0L);
            return result < 0 ? -NativeFunctions.errno(state) : 0;
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /** Releases the lock. */
    @Override
    public void close() {
        directory.closeUnchecked();
    }
}
