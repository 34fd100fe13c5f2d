package io.fdflux.netty.file;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.FileIo;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.Sendfile;
import io.fdflux.posix.io.Splice;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.util.IllegalReferenceCountException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Writes file regions to one stream, each with the best call that the region and this JVM allow. Loop thread only.
 *
 * <pre>
 * region                                 | call
 * ---------------------------------------+-----------------------------------------------------------------
 * FdFileRegion                           | sendfile
 * DefaultFileRegion of a File, not opened| sendfile, from a descriptor that is opened here  (1)
 * DefaultFileRegion of a FileChannel     | sendfile (1, 2); else through a {@link FilePipe} (1)
 * the same, short, or without such a pipe| read and send, 256 KiB per call (1)
 * bytes of a splice                      | splice, from their pipe
 * any other                              | transferTo a {@link RegionChannel}: 8 KiB per call from a FileChannel
 *
 * (1) where {@link RegionInternals} can access the region   (2) and the channel
 * </pre>
 *
 * Where sendfile is unfit (a file of /proc, a system without the call), pread and send replace it.
 */
public final class RegionWriter {

    /** Larger writes save no calls, and other channels have to wait longer. */
    public static final int LARGEST_WRITE = 1 << 20;

    /** For less, the calls that make and close a pipe are not worth it. */
    private static final int SMALLEST_PIPED = 256 * 1024;

    private static final int SMALLEST_COPY = 16 * 1024;
    private static final int NONE = -1;

    private final RegionTarget socket;
    private final RegionChannel regions;
    private boolean blocked;
    /** Bytes to read before the next send; unsent bytes have to be read again. */
    private int copyBytes = SMALLEST_COPY;
    /** The region that sendfile refused. */
    private FileRegion unfit;
    /** The region of the open file {@link #opened}. */
    private FileRegion openedFor;

    private Descriptor opened;

    /** The region whose bytes {@link #pipe} holds. */
    private FileRegion pipedFor;

    private FilePipe pipe;

    public RegionWriter(RegionTarget socket) {
        this.socket = socket;
        this.regions = new RegionChannel(socket);
    }

    /**
     * Makes one attempt to write the first message of the queue, and removes the message once it is written.
     *
     * @return false if the socket would block
     * @throws IOException if file or socket fail, or the file is too short
     */
    public boolean write(ChannelOutboundBuffer out, FileRegion region) throws IOException {
        blocked = false;
        if (region.refCnt() == 0) { // another file may have its number by now
            out.remove(new IllegalReferenceCountException(0));
            return true;
        }
        long position = region.transferred();
        if (position < region.count()) {
            long n = transfer(region, position, region.count() - position);
            if (n > 0) {
                out.progress(n);
            } else if (!blocked) {
                throw ended(region);
            }
        }
        if (region.transferred() >= region.count()) {
            forget(region);
            out.remove();
        }
        return !blocked;
    }

    public static IOException ended(FileRegion region) {
        return new IOException("a file region of " + region.count() + " bytes ended after " + region.transferred()
                + "; was the file truncated?");
    }

    private long transfer(FileRegion region, long position, long left) throws IOException {
        if (region instanceof OpenFileRegion own) {
            long n = sendfile(own, own.fileNumber(), own.position() + position, left);
            own.advance(n);
            return n;
        }
        if (region instanceof SplicedBytes spliced) {
            long n = splice(spliced.pipe(), left);
            spliced.advance(n);
            return n;
        }
        if (RegionInternals.visible(region)) {
            DefaultFileRegion netty = (DefaultFileRegion) region;
            long n = transferVisible(netty, netty.position() + position, left);
            RegionInternals.transferred(netty, position + n);
            return n;
        }
        regions.start(LARGEST_WRITE);
        long n = region.transferTo(regions, position);
        blocked = regions.blocked();
        return n;
    }

    private long transferVisible(DefaultFileRegion region, long offset, long left) throws IOException {
        File file = RegionInternals.fileToOpen(region);
        if (file != null) {
            return sendfile(region, numberOf(region, file), offset, left);
        }
        FileChannel channel = RegionInternals.channel(region);
        if (region == unfit) {
            return copy(NONE, channel, offset, left);
        }
        int number = RegionInternals.number(channel);
        if (number != NONE && Sendfile.available()) {
            return sendfile(region, number, offset, left);
        }
        return pipedFor == region || left >= SMALLEST_PIPED && FilePipe.available()
                ? throughPipe(region, channel, offset, left)
                : copy(NONE, channel, offset, left);
    }

    private long throughPipe(FileRegion region, FileChannel channel, long offset, long left) throws IOException {
        if (pipedFor != region) {
            closePipe();
            pipe = FilePipe.open();
            pipedFor = region;
        }
        if (pipe == null || pipe.fill(channel, offset, left) == 0) {
            closePipe();
            unfit = region;
            return copy(NONE, channel, offset, left);
        }
        long n = splice(pipe.number(), left);
        pipe.moved(n);
        return n;
    }

    private int numberOf(FileRegion region, File file) throws IOException {
        if (openedFor != region) {
            close();
            opened = Descriptor.open(file.toPath());
            openedFor = region;
        }
        return opened.number();
    }

    private long sendfile(FileRegion region, int file, long offset, long left) throws IOException {
        if (!Sendfile.available() || region == unfit) {
            return copy(file, null, offset, left);
        }
        long n = Sendfile.send(socket.fd(), file, offset, Math.min(left, LARGEST_WRITE));
        socket.countWrite(n);
        if (n >= 0) {
            return n; // a short count does not prove a full socket
        }
        if (n == -Errno.EAGAIN) {
            return wouldBlock();
        }
        if (Sendfile.unfit((int) -n)) {
            unfit = region;
            return copy(file, null, offset, left);
        }
        throw Errno.exception("sendfile", socket, (int) -n);
    }

    private long splice(int pipe, long left) throws IOException {
        long n = Splice.move(pipe, socket.fd(), left);
        socket.countWrite(n);
        if (n == -Errno.EAGAIN) {
            return wouldBlock();
        }
        if (n < 0) {
            throw Errno.exception("splice to", socket, (int) -n);
        }
        return n;
    }

    /** Copies from a descriptor, or without one from a channel. */
    private long copy(int file, FileChannel channel, long offset, long left) throws IOException {
        CopyBuffer copy = CopyBuffer.ofThread();
        int length = (int) Math.min(left, copyBytes);
        int read = file == NONE
                ? channel.read(copy.buffer(length), offset)
                : FileIo.pread(file, copy.address(), length, offset);
        if (file != NONE && read < 0) {
            throw Errno.exception("pread", "descriptor " + file, -read);
        }
        if (read <= 0) {
            return 0;
        }
        int n = Io.send(socket.fd(), copy.address(), read);
        socket.countWrite(n);
        if (n == -Errno.EAGAIN) {
            return wouldBlock();
        }
        if (n < 0) {
            throw Errno.exception("send", socket, -n);
        }
        blocked = n < read;
        copyBytes = blocked ? Math.max(n, SMALLEST_COPY) : Math.min(2 * copyBytes, CopyBuffer.BYTES);
        return n;
    }

    private long wouldBlock() {
        blocked = true;
        return 0;
    }

    private void forget(FileRegion region) throws IOException {
        if (unfit == region) {
            unfit = null;
        }
        if (pipedFor == region) {
            closePipe();
        }
        if (openedFor == region) {
            close();
        }
    }

    private void closePipe() throws IOException {
        pipedFor = null;
        if (pipe != null) {
            FilePipe closing = pipe;
            pipe = null;
            closing.close();
        }
    }

    /** Closes the file that is open here; the channel closes. */
    public void close() throws IOException {
        unfit = null;
        closePipe();
        openedFor = null;
        if (opened != null) {
            Descriptor file = opened;
            opened = null;
            file.close();
        }
    }
}
