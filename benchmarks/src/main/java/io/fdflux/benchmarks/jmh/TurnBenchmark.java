package io.fdflux.benchmarks.jmh;

import io.fdflux.engine.Engine;
import io.fdflux.engine.LoopContext;
import io.fdflux.poller.Pollers;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.socket.Sockets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One turn of an engine over epoll, with many descriptors registered of which one has data. The turn waits, reads, and
 * arms nothing again. The send that makes the data is measured too.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class TurnBenchmark {

    private static final LoopContext IDLE = new LoopContext() {
        @Override
        public boolean canBlock() {
            return true;
        }

        @Override
        public long nanosToDeadline() {
            return 1; // a turn without data is an error here, not a wait without end
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public boolean isTimed() {
            return false;
        }
    };

    /** How many descriptors are registered. */
    @Param({"1", "100", "10000"})
    public int registered;

    private Arena arena;
    private Engine engine;
    private Pipes.Pair pair;
    private SocketHandle ready;
    private int peer;
    private long memory;

    /**
     * Registers the descriptors.
     *
     * @throws IOException if the process has not so many descriptors
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        arena = Arena.ofConfined();
        memory = arena.allocate(1).address();
        engine = new Engine(Pollers.select("epoll").open(), "the benchmark's loop");
        for (int i = 1; i < registered; i++) {
            new SocketHandle(engine, Sockets.udp(false), arena); // never has data
        }
        pair = Pipes.socketPair();
        ready = new SocketHandle(engine, pair.first(), arena);
        peer = pair.second().number();
        while (engine.iterate(IDLE) > 0) {
            Thread.onSpinWait(); // until all are armed
        }
    }

    /** Closes the descriptors. */
    @TearDown(Level.Trial)
    public void close() {
        engine.destroy();
        pair.second().closeUnchecked();
        arena.close();
    }

    /** {@return the reads so far} */
    @Benchmark
    public long oneReady() {
        long reads = ready.reads();
        if (Io.send(peer, memory, 1) != 1) {
            throw new IllegalStateException("the byte was not sent");
        }
        engine.iterate(IDLE);
        if (ready.reads() != reads + 1) {
            throw new IllegalStateException("the turn read " + (ready.reads() - reads) + " times");
        }
        return reads;
    }

    /** {@return the attempts of a turn without data: none} */
    @Benchmark
    public int noneReady() {
        return engine.iterate(IDLE);
    }
}
