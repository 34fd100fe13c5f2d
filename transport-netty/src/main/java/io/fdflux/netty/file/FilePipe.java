package io.fdflux.netty.file;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Splice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A pipe between a file channel and a socket. {@link FileChannel#transferTo} fills it by sendfile(2), splice(2) empties
 * it. So a file leaves without a copy although the JDK hides its descriptor. Linux only; before 5.12, where sendfile
 * takes no pipe, the JDK writes to it instead. Loop thread only.
 *
 * <p>It is filled only when it is empty, and no further than it can hold, because its writing end would block.
 */
final class FilePipe {

    /** As much as one call of sendfile(2) moves elsewhere, and the most that an ordinary user gets: pipe(7). */
    private static final int PREFERRED_CAPACITY = RegionWriter.LARGEST_WRITE;

    /** A user with many pipes gets small ones. */
    private static final int LEAST_CAPACITY = 64 * 1024;

    /** An unaligned part of a file occupies one more than its length says. A packet's limit is a page. */
    private static final int PAGE = Pipes.largestPacket();

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final boolean AVAILABLE = Splice.available() && Files.isDirectory(DESCRIPTORS);

    private final Descriptor output;
    private final FileChannel input;
    private final int capacity;
    private long bytes;

    private FilePipe(Descriptor output, FileChannel input, int capacity) {
        this.output = output;
        this.input = input;
        this.capacity = capacity;
    }

    static boolean available() {
        return AVAILABLE;
    }

    /**
     * {@return a new pipe, which the caller closes} Null if there is none: no descriptors are left, or the user has too
     * many pipes.
     */
    static FilePipe open() {
        try {
            Pipes.Pair ends = Pipes.pipe();
            FilePipe made = null;
            try {
                made = between(ends);
            } finally {
                if (made == null) {
                    ends.close();
                }
            }
            return made;
        } catch (IOException e) {
            return null; // the file is copied instead
        }
    }

    /** {@return the pipe of these ends, or null if it would be too small} */
    private static FilePipe between(Pipes.Pair ends) throws IOException {
        int capacity = Pipes.enlarge(ends.second(), PREFERRED_CAPACITY);
        if (capacity < LEAST_CAPACITY) {
            return null;
        }
        // An open of its own, because the JDK has no channel for a descriptor that it did not open.
        Path path = DESCRIPTORS.resolve(String.valueOf(ends.second().number()));
        FileChannel input = FileChannel.open(path, StandardOpenOption.WRITE);
        ends.second().close();
        return new FilePipe(ends.first(), input, capacity);
    }

    /**
     * Fills the pipe, if it is empty.
     *
     * @param count the most bytes, positive
     * @return the bytes in the pipe; 0 if the file has none there, or does not tell its size
     */
    long fill(FileChannel file, long offset, long count) throws IOException {
        if (bytes == 0) {
            int fitting = offset % PAGE == 0 ? capacity : capacity - PAGE;
            bytes = file.transferTo(offset, Math.min(count, fitting), input);
        }
        return bytes;
    }

    /** The number of the end that is read. */
    int number() {
        return output.number();
    }

    /** Bytes have left the pipe. */
    void moved(long count) {
        bytes -= count;
    }

    /** Closes the pipe; what it holds is lost. */
    void close() throws IOException {
        try (FileChannel _ = input) {
            output.close();
        }
    }
}
