package io.fdflux.file;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.FileIo;
import io.fdflux.posix.io.OpenFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.scheduler.Schedulers;

/**
 * A regular file that is open for reading at positions. Calls may block, so they are made off the loop, one thread at a
 * time. {@link #close} may be called at any moment on any thread.
 */
final class OpenedFile implements AutoCloseable {

    private static final int EISDIR = Constants.value("EISDIR");

    private final Path path;
    private final Descriptor descriptor;
    private final OpenFile.Identity identity;

    private OpenedFile(Path path, Descriptor descriptor, OpenFile.Identity identity) {
        this.path = path;
        this.descriptor = descriptor;
        this.identity = identity;
    }

    /** Opens a file. A FIFO, a terminal or a socket is refused, because it has no positions, and so is a directory. */
    static OpenedFile open(Path path) throws IOException {
        Descriptor descriptor = Descriptor.open(path);
        try {
            OpenFile file = OpenFile.of(descriptor);
            switch (file.kind()) {
                case FILE, DEVICE -> {}
                default ->
                    throw new IOException(path + " is a " + file.kind().name().toLowerCase(Locale.ROOT)
                            + ", which has no positions; read it by FdLoops.read(path)");
            }
            if (Files.isDirectory(path)) {
                throw Errno.exception("open", path, EISDIR);
            }
            return new OpenedFile(path, descriptor, file.identity());
        } catch (Throwable t) {
            descriptor.closeUnchecked();
            throw t;
        }
    }

    boolean isSameFile(OpenedFile other) {
        return identity.equals(other.identity);
    }

    /** {@return the present size in bytes} */
    long size() throws IOException {
        lease("lseek");
        try {
            long size = FileIo.size(descriptor.number());
            if (size < 0) {
                throw Errno.exception("lseek", path, (int) -size);
            }
            return size;
        } finally {
            descriptor.releaseUnchecked();
        }
    }

    /** {@return a buffer with at least one byte, which the caller releases; null at the end of the file} */
    ByteBuf read(long position, int longest, ByteBufAllocator allocator) throws IOException {
        // EINVAL beyond the largest offset: rw_verify_area() in Linux's fs/read_write.c.
        int most = (int) Math.min(longest, Long.MAX_VALUE - position);
        if (most == 0) {
            return null;
        }
        lease("pread");
        ByteBuf buffer = allocator.directBuffer(most, most);
        int n = -1;
        try {
            n = FileIo.pread(descriptor.number(), BufferMemory.writable(buffer, most), most, position);
            if (n < 0) {
                throw Errno.exception("pread", path, -n);
            }
            return n == 0 ? null : buffer.writerIndex(n);
        } finally {
            if (n <= 0) {
                buffer.release();
            }
            descriptor.releaseUnchecked();
        }
    }

    private void lease(String use) throws IOException {
        if (!descriptor.lease()) {
            throw new ClosedDescriptorException(descriptor, use);
        }
    }

    @Override
    public void close() {
        descriptor.closeUnchecked();
    }

    /** Closes on another thread, because the close of a removed file may free its blocks. */
    void closeOffLoop() {
        try {
            Schedulers.boundedElastic().schedule(this::close);
        } catch (RejectedExecutionException e) {
            close();
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
