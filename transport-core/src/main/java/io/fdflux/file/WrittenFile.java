package io.fdflux.file;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.WriteFailedException;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.OpenFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Locale;

/** A regular file that is open for writing. Calls may block. One thread at a time. */
final class WrittenFile implements ByteTarget {

    private final Path path;
    private final Descriptor descriptor;
    private long bytesWritten;

    private WrittenFile(Path path, Descriptor descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    /** Opens a file. What may make a writer wait for a reader is refused. */
    static WrittenFile open(Path path, OpenOption... options) throws IOException {
        Descriptor descriptor = Descriptor.open(path, options);
        try {
            OpenFile.Kind kind = OpenFile.of(descriptor).kind();
            switch (kind) {
                case FILE, DEVICE -> {}
                default ->
                    throw new IOException(path + " is a " + kind.name().toLowerCase(Locale.ROOT)
                            + ", whose reader may be slow; write it by FdLoops.write(path, source)");
            }
            return new WrittenFile(path, descriptor);
        } catch (Throwable t) {
            descriptor.closeUnchecked();
            throw t;
        }
    }

    @Override
    public void write(ByteBuf buffer) throws IOException {
        if (buffer.isDirect() && buffer.nioBufferCount() == 1) {
            writeDirect(buffer);
            return;
        }
        ByteBuf copy = BufferMemory.copy(buffer, ByteBufAllocator.DEFAULT);
        try {
            writeDirect(copy);
        } finally {
            copy.release();
        }
    }

    private void writeDirect(ByteBuf buffer) throws IOException {
        int index = buffer.readerIndex();
        for (int left = buffer.readableBytes(); left > 0; ) {
            int n = Io.write(descriptor.number(), BufferMemory.at(buffer, index, left), left);
            if (n < 0) {
                throw new WriteFailedException(Errno.exception("write", path, -n), "write", -n, bytesWritten);
            }
            bytesWritten += n;
            index += n;
            left -= n;
        }
    }

    /** Closes the file, and reports what the file system reports only then: close(2), EDQUOT and EIO. */
    @Override
    public void close() throws IOException {
        descriptor.close();
    }
}
