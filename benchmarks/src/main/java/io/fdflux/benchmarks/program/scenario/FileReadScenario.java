package io.fdflux.benchmarks.program.scenario;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.ReadOptions;
import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.Disposable;

/**
 * Reads a file of the page cache again and again, with {@link FdFlux} or with a {@link FileChannel}. Both fill a pooled
 * buffer per chunk. It runs without a load. An operation is one chunk of 64 KiB.
 */
final class FileReadScenario implements Scenario {

    private static final int FILE_BYTES = 16 << 20;

    private final AtomicLong chunks = new AtomicLong();
    private volatile boolean stopped;

    @Override
    public Served serve(TransportLoops loops, int port) throws IOException {
        Path file = SendfileScenario.file(FILE_BYTES);
        FdLoops fdLoops = loops.fdLoops().orElse(null);
        Runnable stop = fdLoops == null ? channel(loops, file) : flux(fdLoops, file);
        return new Served(0, chunks::get, stop).then(() -> SendfileScenario.delete(file));
    }

    private Runnable flux(FdLoops loops, Path file) {
        Disposable reading = loops.read(file, ReadOptions.defaults().chunkSize(Body.BLOCK))
                .repeat()
                .subscribe(this::consume);
        return reading::dispose;
    }

    /** On a loop, so that the loop's CPU time is that of the reads. */
    private Runnable channel(TransportLoops loops, Path file) {
        var done = loops.group().next().submit(() -> {
            while (!stopped) {
                readOnce(file);
            }
        });
        return () -> {
            stopped = true;
            done.syncUninterruptibly();
        };
    }

    private void readOnce(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            int read;
            do {
                ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(Body.BLOCK, Body.BLOCK);
                read = buffer.writeBytes(channel, Body.BLOCK);
                if (read > 0) {
                    consume(buffer);
                } else {
                    buffer.release();
                }
            } while (read > 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void consume(ByteBuf chunk) {
        chunks.lazySet(chunks.get() + 1);
        chunk.release();
    }
}
