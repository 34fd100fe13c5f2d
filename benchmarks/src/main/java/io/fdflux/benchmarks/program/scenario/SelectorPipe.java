package io.fdflux.benchmarks.program.scenario;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Moves bytes through a pipe with NIO: both ends are non-blocking channels of one selector. It occupies a loop, so that
 * the loop's CPU time is that of the transfer.
 */
final class SelectorPipe {

    private final Selector selector = Selector.open();
    private final Pipe pipe = Pipe.open();
    private final ByteBuffer out = ByteBuffer.allocateDirect(Body.BLOCK);
    private final ByteBuffer in = ByteBuffer.allocateDirect(Body.BLOCK);
    private final AtomicLong bytes;
    private volatile boolean stopped;

    private SelectorPipe(AtomicLong bytes) throws IOException {
        this.bytes = bytes;
        pipe.source().configureBlocking(false).register(selector, SelectionKey.OP_READ);
        pipe.sink().configureBlocking(false).register(selector, SelectionKey.OP_WRITE);
    }

    static Runnable start(EventLoopGroup loops, AtomicLong bytes) throws IOException {
        SelectorPipe started = new SelectorPipe(bytes);
        var done = loops.next().submit(started::run);
        return () -> {
            started.stopped = true;
            started.selector.wakeup();
            done.syncUninterruptibly();
        };
    }

    private void run() {
        try (selector;
                Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink()) {
            while (!stopped) {
                selector.select(key -> {
                    try {
                        if (key.isReadable()) {
                            read(source);
                        } else {
                            write(sink);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(Pipe.SourceChannel source) throws IOException {
        for (int read = source.read(in.clear()); read > 0; read = source.read(in.clear())) {
            bytes.lazySet(bytes.get() + read);
        }
    }

    private void write(Pipe.SinkChannel sink) throws IOException {
        do {
            if (!out.hasRemaining()) {
                out.clear();
            }
        } while (sink.write(out) > 0);
    }
}
