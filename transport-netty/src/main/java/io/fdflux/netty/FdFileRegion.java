package io.fdflux.netty;

import io.fdflux.netty.file.CopyBuffer;
import io.fdflux.netty.file.OpenFileRegion;
import io.fdflux.netty.file.RegionWriter;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.FileIo;
import io.netty.channel.FileRegion;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a file, to be written to a channel. The stream channels of this package send it with sendfile(2) where the
 * system has that call, without any setting. Netty's {@code DefaultFileRegion} cannot be sent so, because it hides its
 * descriptor. Every other transport can write this region too.
 *
 * <p>The file is open from the constructor until the last reference is released. A channel releases its reference when
 * the write completes or fails. Do not truncate the file meanwhile: the write would fail, and the channel with it. One
 * thread at a time.
 */
public final class FdFileRegion extends OpenFileRegion {

    private static final ResourceLeakDetector<FdFileRegion> LEAKS =
            ResourceLeakDetectorFactory.instance().newResourceLeakDetector(FdFileRegion.class);

    private final Descriptor file;
    private final ResourceLeakTracker<FdFileRegion> leak;

    /**
     * Opens a file to send all of it, up to its present length.
     *
     * @param file a file of the default file system
     * @throws IOException if it cannot be opened for reading
     */
    public FdFileRegion(Path file) throws IOException {
        this(file, 0, Files.size(file));
    }

    /**
     * Opens a file to send a part of it.
     *
     * @param file     a file of the default file system
     * @param position where the part begins, in bytes from the file's beginning
     * @param count    its length in bytes
     * @throws IOException if the file cannot be opened for reading
     */
    public FdFileRegion(Path file, long position, long count) throws IOException {
        if (position < 0 || count < 0 || position + count < 0) {
            throw new IllegalArgumentException("no file has " + count + " bytes at " + position);
        }
        super(position, count);
        this.file = Descriptor.open(file);
        this.leak = LEAKS.track(this);
    }

    @Override
    protected int fileNumber() {
        return file.number();
    }

    /**
     * Copies a piece of the region, at most one copy buffer, to any channel.
     *
     * @param target   the channel to write to
     * @param position where to begin, in bytes from the region's beginning
     * @return bytes written, 0 if the target accepts none now
     * @throws IOException if the file cannot be read, has become too short, or the target fails
     */
    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        if (position < 0 || position > count()) {
            throw new IllegalArgumentException("not in this region of " + count() + " bytes: " + position);
        }
        if (refCnt() == 0) {
            throw new IllegalReferenceCountException(0);
        }
        if (position == count()) {
            return 0;
        }
        CopyBuffer copy = CopyBuffer.ofThread();
        int n = FileIo.pread(
                file.number(),
                copy.address(),
                (int) Math.min(count() - position, CopyBuffer.BYTES),
                position() + position);
        if (n < 0) {
            throw Errno.exception("pread", file, -n);
        }
        if (n == 0) {
            throw RegionWriter.ended(this);
        }
        ByteBuffer bytes = copy.buffer(n);
        int written = target.write(bytes);
        advance(written);
        return written;
    }

    @Override
    protected void deallocate() {
        if (leak != null) {
            leak.close(this);
        }
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public FileRegion touch(Object hint) {
        if (leak != null) {
            leak.record(hint);
        }
        return this;
    }

    @Override
    public String toString() {
        return "region of " + count() + " bytes at " + position() + " of " + file;
    }
}
