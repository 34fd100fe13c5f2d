package io.fdflux.netty;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.UnixSockets;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The file that names a bound Unix-domain socket. The kernel neither deletes it with the socket nor binds to it again, so a
 * program that was killed would never start anew.
 *
 * <pre>
 * bind finds ...                                    | what happens
 * --------------------------------------------------+-------------------------
 * nothing                                           | bound
 * the file of a socket that is closed               | deleted, bound
 * that of an open socket, whether it listens or not | BindException
 * any other file                                    | BindException; it stays
 * </pre>
 */
final class SocketFile {

    /** S_IFMT of stat(2), and S_IFSOCK: the same numbers everywhere. */
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private final Path path;
    /** Device and inode; null where the file system has no such thing. */
    private final Object key;

    private SocketFile(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    /**
     * Binds a socket.
     *
     * @param name a path, or a name of the abstract namespace
     * @return its file; null if it has none
     */
    static SocketFile bind(int fd, String name) throws IOException {
        try {
            UnixSockets.bind(fd, name);
        } catch (BindException e) {
            Path path = pathOf(name);
            if (path == null || !isAbandoned(path, name)) {
                throw e;
            }
            Files.deleteIfExists(path);
            UnixSockets.bind(fd, name);
        }
        Path path = pathOf(name);
        BasicFileAttributes attributes = path == null ? null : attributes(path);
        return attributes == null ? null : new SocketFile(path, attributes.fileKey());
    }

    /** Null for an abstract name, and for a path that the JDK can't write in the encoding of file names. */
    private static Path pathOf(String name) {
        try {
            return name.startsWith("\0") ? null : Path.of(name);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException e) {
            return null;
        }
    }

    private static boolean isAbandoned(Path path, String name) throws IOException {
        if (!isSocket(path)) { // connecting to a pipe or a device is refused likewise
            return false;
        }
        // By a socket for datagrams: a listener would accept another one. The kernels look at the type before they ask
        // whether a stream listens and has room in its backlog, and answer EPROTOTYPE.
        try (Descriptor probe = UnixSockets.datagram()) {
            return UnixSockets.connect(probe.number(), name) == -Errno.ECONNREFUSED;
        }
    }

    private static boolean isSocket(Path path) {
        try {
            return ((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == SOCKET;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /**
     * Deletes the file, unless it is another one by now: a successor may have taken the path over. To be called while the
     * socket is open, which keeps the kernel from giving the inode's number to another file.
     */
    void delete() {
        BasicFileAttributes now = attributes(path);
        if (now != null && now.isOther() && (key == null || key.equals(now.fileKey()))) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // The directory may have become read-only: the next bind finds the file abandoned.
            }
        }
    }
}
