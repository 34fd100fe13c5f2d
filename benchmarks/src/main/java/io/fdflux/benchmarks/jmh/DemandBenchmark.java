package io.fdflux.benchmarks.jmh;

import io.fdflux.FdLoops;
import io.fdflux.ReadOptions;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.publisher.BaseSubscriber;

/** From {@code request(1)} to {@code onNext} of {@link io.fdflux.FdFlux}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class DemandBenchmark {

    private static final int BYTES = 64;
    private static final int BATCH = 1000;

    /** Counts what it gets, and requests again in {@code onNext} while it has a batch to finish. */
    private static final class Counting extends BaseSubscriber<ByteBuf> {
        private volatile long delivered;
        private long more;

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            // each benchmark requests
        }

        @Override
        protected void hookOnNext(ByteBuf buffer) {
            buffer.release();
            boolean last = more == 0;
            more -= last ? 0 : 1;
            delivered = delivered + 1; // one thread writes
            if (!last) {
                request(1);
            }
        }

        void requestAndWait(int count) {
            long until = delivered + count;
            more = count - 1;
            request(1);
            while (delivered < until) {
                Thread.onSpinWait();
            }
        }
    }

    private final Counting socketReader = new Counting();
    private final Counting zeroReader = new Counting();
    private FdLoops loops;
    private Pipes.Pair pair;
    private Descriptor zero;
    private Arena arena;
    private long memory;

    /**
     * Subscribes to a socket and to /dev/zero.
     *
     * @throws IOException if one cannot be opened
     */
    @Setup
    public void open() throws IOException {
        arena = Arena.ofShared();
        memory = arena.allocate(BYTES).address();
        loops = FdLoops.builder().loops(1).build();
        pair = Pipes.socketPair();
        zero = Descriptor.open(Path.of("/dev/zero"));
        loops.read(pair.first()).subscribe(socketReader);
        loops.read(zero, ReadOptions.defaults().chunkSize(BYTES)).subscribe(zeroReader);
    }

    /** Ends the streams and the loop. */
    @TearDown
    public void close() {
        socketReader.cancel();
        zeroReader.cancel();
        loops.close();
        pair.first().closeUnchecked();
        pair.second().closeUnchecked();
        zero.closeUnchecked();
        arena.close();
    }

    /** A request in {@code onNext}, on the loop: the read is made in the same turn or the next. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void onTheLoop() {
        zeroReader.requestAndWait(BATCH);
    }

    /** A request on another thread, with data that is there already: the loop is woken and reads. */
    @Benchmark
    public void fromAnotherThread() {
        if (Io.send(pair.second().number(), memory, BYTES) != BYTES) {
            throw new IllegalStateException("the bytes were not sent");
        }
        socketReader.requestAndWait(1);
    }
}
