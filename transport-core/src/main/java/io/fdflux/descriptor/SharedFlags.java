package io.fdflux.descriptor;

import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.OpenFile;
import io.fdflux.posix.io.OpenFile.Identity;
import io.fdflux.posix.io.Poll;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Manages O_NONBLOCK of open files that other processes may share and that cannot be opened again. The flag is set
 * while streams of this process use the file. It is restored after the last stream, and when the JVM exits. Any thread.
 *
 * <p>The system does not report which descriptors share an open file. Descriptors of one {@link Identity} count as
 * sharing it. A flag may therefore be restored later than necessary, but never under a stream.
 */
final class SharedFlags {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(SharedFlags.class);

    /**
     * Bytes that POLLOUT guarantees: PIPE_BUF of a pipe(7), or WAKEUP_CHARS of a terminal (drivers/tty/n_tty.c), which
     * is less.
     */
    private static final int SAFE_WRITE = 256;

    private static final Map<Identity, Group> GROUPS = new HashMap<>();
    /** The JVM exits and the flags are restored. Calls might block now, so poll(2) comes first. */
    private static volatile boolean exiting;

    private static boolean hooked;

    /** The used descriptors of one file. Guarded by the class. */
    private static final class Group {
        private int users;
        /** The descriptors whose flag was set here, leased for the restore. */
        private final List<Descriptor> changed = new ArrayList<>(1);
    }

    /** One use of a descriptor. */
    static final class Lease {
        private final Identity identity;

        private Lease(Identity identity) {
            this.identity = identity;
        }

        /** {@return whether a call would not block} */
        boolean mayCall(int number, int event) {
            return !exiting || Poll.now(number, event) != 0;
        }

        /** {@return the bytes of a write that do not block} */
        int limit(int length) {
            return exiting ? Math.min(length, SAFE_WRITE) : length;
        }

        void release() {
            SharedFlags.release(identity);
        }
    }

    private SharedFlags() {}

    /** Makes a descriptor non-blocking until the lease is released. */
    static synchronized Lease lease(Descriptor descriptor, OpenFile file) throws IOException {
        Group group = GROUPS.computeIfAbsent(file.identity(), identity -> new Group());
        try {
            if (!exiting && !descriptor.nonBlocking(true)) {
                changed(group, descriptor);
            }
            group.users++;
            return new Lease(file.identity());
        } finally {
            if (group.users == 0) {
                GROUPS.remove(file.identity());
            }
        }
    }

    private static void changed(Group group, Descriptor descriptor) throws IOException {
        if (!descriptor.lease()) {
            // Closed meanwhile; the caller's lease still keeps the number.
            descriptor.nonBlocking(false);
            throw new ClosedDescriptorException(descriptor, "fcntl");
        }
        group.changed.add(descriptor);
        if (!hooked) {
            hooked = true;
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(SharedFlags::exit, "fdflux-flags"));
            } catch (IllegalStateException e) {
                LOGGER.debug(
                        "The JVM is exiting; the flag of {} is restored when its streams have ended", descriptor, e);
            }
        }
    }

    private static synchronized void release(Identity identity) {
        Group group = GROUPS.get(identity);
        if (--group.users == 0) {
            GROUPS.remove(identity);
            for (Descriptor descriptor : group.changed) {
                setBack(descriptor);
                try {
                    descriptor.release();
                } catch (IOException e) {
                    LOGGER.warn("{} failed to close", descriptor, e);
                }
            }
        }
    }

    private static synchronized void exit() {
        exiting = true;
        GROUPS.values().forEach(group -> group.changed.forEach(SharedFlags::setBack));
    }

    private static void setBack(Descriptor descriptor) {
        try {
            descriptor.nonBlocking(false);
        } catch (IOException e) {
            LOGGER.warn("O_NONBLOCK of {} could not be restored", descriptor, e);
        }
    }
}
