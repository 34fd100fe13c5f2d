package io.fdflux.netty.unix;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.DirectoryLock;
import io.fdflux.posix.socket.UnixSockets;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * The file that names a bound Unix-domain socket. The kernel neither deletes the file with the socket nor binds to an
 * existing one, unix(7). Without this class, a killed program could never start again.
 *
 * <pre>
 * bind finds ...                                    | effect
 * --------------------------------------------------+-------------------------
 * nothing                                           | bound
 * the file of a closed socket                       | deleted, bound
 * the file of an open socket, listening or not      | BindException
 * any other file, a symbolic link included          | BindException; it stays
 * </pre>
 *
 * All steps of a bind (try, test the old file, delete it, bind, listen) hold a {@link DirectoryLock}. If two programs
 * start at the same moment with one abandoned file, one gets the name and the other a BindException. Where the
 * directory cannot be locked, only a free name is bound and no file is replaced. docs/races.md has the interleavings.
 */
public final class SocketFile {

    /** S_IFMT of stat(2), and S_IFSOCK: the same numbers everywhere. */
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    /** A bind holds the lock for about ten system calls; a longer holder is no bind. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /**
     * The number of tests before a file counts as abandoned. Linux shows a new file a moment before its socket is bound
     * (unix_bind_bsd() in net/unix/af_unix.c). A program that ignores the lock may therefore look abandoned. It holds
     * the directory's inode lock then, and the bind between two tests waits for that lock.
     */
    private static final int TESTS = 2;

    /** The step after bind(2) that still holds the lock: listen(2), or nothing. */
    public interface Listen {
        void call() throws IOException;
    }

    private final Path path;
    /** Device and inode; null where the file system has none. */
    private final Object key;

    private SocketFile(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    /**
     * Binds a socket and makes it listen.
     *
     * @param name   a path, or a name of the abstract namespace
     * @param listen called after the bind; if it fails, the file is deleted
     * @return the socket's file; null if it has none
     * @throws BindException if an open socket or another kind of file has the name, or if an abandoned file cannot
     *     be replaced
     */
    public static SocketFile bind(int fd, String name, Listen listen) throws IOException {
        Path path = pathOf(name);
        if (path == null) {
            UnixSockets.bind(fd, name);
            listen.call();
            return null;
        }
        DirectoryLock lock = null;
        IOException notLocked = null;
        try {
            lock = DirectoryLock.take(path.toAbsolutePath().getParent(), LONGEST_WAIT_NANOS);
        } catch (IOException e) {
            notLocked = e; // matters only if there is a file to replace
        }
        try {
            bindOrReplace(fd, name, path, notLocked);
            return listening(path, listen);
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    private static void bindOrReplace(int fd, String name, Path path, IOException notLocked) throws IOException {
        for (int tests = 1; ; tests++) {
            try {
                UnixSockets.bind(fd, name);
                return;
            } catch (BindException e) {
                if (!isSocket(path)) {
                    throw e;
                }
                if (!isAbandoned(name)) {
                    throw refused(e, path, "an open socket has that name; stop its server, or choose another path");
                }
                if (notLocked != null) {
                    throw refused(
                            e,
                            path,
                            "the file of a closed socket has that name, and its directory cannot be locked to replace"
                                    + " it ("
                                    + notLocked.getMessage() + "); delete it");
                }
                if (tests > TESTS) {
                    throw e; // programs that ignore the lock keep binding and closing
                }
                if (tests == TESTS) {
                    delete(path, e);
                }
            }
        }
    }

    private static BindException refused(BindException cause, Path path, String why) {
        BindException refused = new BindException("bind(" + path + "): " + why + " (EADDRINUSE)");
        refused.initCause(cause);
        return refused;
    }

    private static void delete(Path path, BindException inUse) throws BindException {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            inUse.addSuppressed(e);
            throw inUse;
        }
    }

    private static SocketFile listening(Path path, Listen listen) throws IOException {
        BasicFileAttributes attributes = attributes(path);
        SocketFile file = attributes == null ? null : new SocketFile(path, attributes.fileKey());
        try {
            listen.call();
        } catch (IOException | RuntimeException e) {
            if (file != null) {
                file.delete();
            }
            throw e;
        }
        return file;
    }

    /** {@return null for an abstract name, and for a path that the JDK cannot encode} */
    private static Path pathOf(String name) {
        try {
            return name.startsWith("\0") ? null : Path.of(name);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            return null;
        }
    }

    /** Tests the file of a socket; a connect to a pipe or a device would be refused alike. */
    private static boolean isAbandoned(String name) throws IOException {
        // Probe with a datagram socket, because a listener would accept a stream. The kernels compare the types before
        // they check the backlog, and return EPROTOTYPE (Linux: unix_find_bsd() in net/unix/af_unix.c).
        try (Descriptor probe = UnixSockets.datagram()) {
            return UnixSockets.connect(probe.number(), name) == -Errno.ECONNREFUSED;
        }
    }

    private static boolean isSocket(Path path) {
        try {
            return ((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & FILE_TYPE) == SOCKET;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /**
     * Deletes the file, unless a successor has replaced it. Call this while the socket is open, because that keeps the
     * kernel from reusing the inode number.
     */
    public void delete() {
        BasicFileAttributes now = attributes(path);
        if (now != null && now.isOther() && (key == null || key.equals(now.fileKey()))) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // The directory may have become read-only; the next bind finds the file abandoned.
            }
        }
    }
}
