package io.fdflux.file;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Schedulers;

/** Reads a part of a file in chunks, one per request, off the loops. */
public final class FileReads {

    private final OpenedFile file;
    private final int chunk;
    private final ByteBufAllocator allocator;
    private long position;
    private long left;

    private FileReads(OpenedFile file, long position, long length, int chunk, ByteBufAllocator allocator) {
        this.file = file;
        this.position = position;
        this.left = length;
        this.chunk = chunk;
        this.allocator = allocator;
    }

    /**
     * Creates a Flux that opens the file at subscription and closes it before the end. Signals come on a thread of
     * {@code Schedulers.boundedElastic()}.
     *
     * @param path      of a regular file
     * @param position  of the first byte, not negative
     * @param length    the most bytes, not negative
     * @param chunk     the most bytes of a buffer, positive
     * @param allocator of the buffers
     * @return the bytes; the subscriber releases every buffer. Fewer than the length if the file ends before
     */
    public static Flux<ByteBuf> of(Path path, long position, long length, int chunk, ByteBufAllocator allocator) {
        return Flux.<ByteBuf, FileReads>generate(
                        () -> new FileReads(OpenedFile.open(path), position, length, chunk, allocator),
                        FileReads::next,
                        reads -> reads.file.close())
                .subscribeOn(Schedulers.boundedElastic(), true);
    }

    private FileReads next(SynchronousSink<ByteBuf> sink) {
        try {
            ByteBuf bytes = left == 0 ? null : file.read(position, (int) Math.min(chunk, left), allocator);
            if (bytes == null) {
                file.close(); // now, because generate() calls the last argument behind the signal
                sink.complete();
            } else {
                position += bytes.readableBytes();
                left -= bytes.readableBytes();
                sink.next(bytes);
            }
        } catch (IOException e) {
            file.close();
            sink.error(e);
        }
        return this;
    }
}
