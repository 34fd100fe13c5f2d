package io.fdflux.benchmarks.program.scenario;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.fdflux.posix.Pipes;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/**
 * Bytes through a pipe whose two ends are served by one loop, with {@link FdFlux} or with a selector of NIO. It runs
 * without a load. An operation is 64 KiB, the default capacity of a pipe: pipe(7).
 */
final class PipeScenario implements Scenario {

    private final AtomicLong bytes = new AtomicLong();

    @Override
    public Served serve(TransportLoops loops, int port) throws IOException {
        FdLoops fdLoops = loops.fdLoops().orElse(null);
        Runnable stop = fdLoops == null ? SelectorPipe.start(loops.group(), bytes) : flux(fdLoops);
        return new Served(0, () -> bytes.get() / Body.BLOCK, stop);
    }

    private Runnable flux(FdLoops loops) throws IOException {
        Pipes.Pair pipe = Pipes.pipe();
        Flux<ByteBuf> endless = Flux.generate(sink -> sink.next(Body.block()));
        Disposable both = Disposables.composite(
                FdFlux.read(loops, pipe.first()).subscribe(this::consume),
                FdFlux.write(loops, pipe.second(), endless).subscribe());
        return () -> {
            both.dispose();
            pipe.first().closeUnchecked();
            pipe.second().closeUnchecked();
        };
    }

    private void consume(ByteBuf read) {
        bytes.lazySet(bytes.get() + read.readableBytes());
        read.release();
    }
}
