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
 * O_NONBLOCK of open files that others may have too and that can't be opened again. It is set while streams of this
 * process use the file, and set back when the last of them has ended, and when the JVM exits. Any thread.
 *
 * <p>Which descriptors have one open file, the system does not tell. Those of one {@link Identity} are taken for such,
 * so a flag may be set back later than it could be, but never under a stream.
 */
final class SharedFlags {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(SharedFlags.class);

    /** POLLOUT promises room for so many bytes: PIPE_BUF of a pipe, WAKEUP_CHARS of a terminal, which is less. */
    private static final int SAFE_WRITE = 256;

    private static final Map<Identity, Group> GROUPS = new HashMap<>();
    /** The JVM exits and the flags are set back: calls might wait, so poll(2) is asked first. */
    private static volatile boolean exiting;

    private static boolean hooked;

    /** The descriptors of one file that are in use. Guarded by the class. */
    private static final class Group {
        private int users;
        /** Those whose flag was set here: leased, so that it can be set back. */
        private final List<Descriptor> changed = new ArrayList<>(1);
    }

    /** One use of a descriptor. */
    static final class Lease {
        private final Identity identity;

        private Lease(Identity identity) {
            this.identity = identity;
        }

        /** Whether a call would not wait. */
        boolean mayCall(int number, int event) {
            return !exiting || Poll.now(number, event) != 0;
        }

        /** How much of a write would not wait. */
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
            // Closed meanwhile. The caller's lease still keeps the number.
            descriptor.nonBlocking(false);
            throw new ClosedDescriptorException(descriptor, "fcntl");
        }
        group.changed.add(descriptor);
        if (!hooked) {
            hooked = true;
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(SharedFlags::exit, "fdflux-flags"));
            } catch (IllegalStateException e) {
                LOGGER.debug("The JVM exits already; {} is set back when its streams have ended", descriptor, e);
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
            LOGGER.warn("O_NONBLOCK of {} could not be set back", descriptor, e);
        }
    }
}
