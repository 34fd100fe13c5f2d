package io.fdflux.posix;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawFiles;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Implements {@link Descriptor#open}: translates the JDK's options to flags of open(2). */
final class OpenCall {

    // Without O_NONBLOCK, open(2) of a FIFO blocks until the other end is opened: fifo(7).
    private static final int ALWAYS = Constants.value("O_CLOEXEC") | Constants.value("O_NONBLOCK");
    /** Permissions of a new file before the umask, as in the JDK. */
    private static final int READ_AND_WRITE_FOR_ALL = 0666;

    private static final Map<StandardOpenOption, Integer> FLAGS = Map.of(
            StandardOpenOption.APPEND, Constants.value("O_APPEND"),
            StandardOpenOption.TRUNCATE_EXISTING, Constants.value("O_TRUNC"),
            StandardOpenOption.CREATE, Constants.value("O_CREAT"),
            StandardOpenOption.CREATE_NEW, Constants.value("O_CREAT") | Constants.value("O_EXCL"));

    private OpenCall() {}

    static int open(Path path, OpenOption... options) throws IOException {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(path + " is in " + path.getFileSystem()
                    + ", of which the operating system knows nothing; a file of the default file system is needed");
        }
        int result = RawFiles.open(path.toAbsolutePath(), flags(options), READ_AND_WRITE_FOR_ALL);
        if (result < 0) {
            throw Errno.fileException("open", path, -result);
        }
        return result;
    }

    private static int flags(OpenOption... options) {
        Set<StandardOpenOption> given = EnumSet.noneOf(StandardOpenOption.class);
        for (OpenOption option : options) {
            if (!(option instanceof StandardOpenOption standard) || !isKnown(standard)) {
                throw new UnsupportedOperationException(
                        "a descriptor is opened with READ, WRITE, APPEND, CREATE, CREATE_NEW"
                                + " and TRUNCATE_EXISTING, not with " + option);
            }
            given.add(standard);
        }
        boolean write = given.contains(StandardOpenOption.WRITE) || given.contains(StandardOpenOption.APPEND);
        boolean read = given.contains(StandardOpenOption.READ) || !write;
        int flags = ALWAYS | Constants.value(read && write ? "O_RDWR" : write ? "O_WRONLY" : "O_RDONLY");
        for (StandardOpenOption option : given) {
            boolean ofWriting = option != StandardOpenOption.READ;
            flags |= ofWriting && write ? FLAGS.getOrDefault(option, 0) : 0; // the JDK ignores them for reading too
        }
        return flags;
    }

    private static boolean isKnown(StandardOpenOption option) {
        return FLAGS.containsKey(option) || option == StandardOpenOption.READ || option == StandardOpenOption.WRITE;
    }
}
