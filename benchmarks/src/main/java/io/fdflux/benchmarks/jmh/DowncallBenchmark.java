package io.fdflux.benchmarks.jmh;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One call into the kernel: by the Foreign Function and Memory API, and by the JNI of Netty's epoll. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class DowncallBenchmark {

    private static final int BYTES = 64;

    private Pipes.Pair pair;
    private Arena arena;
    private long memory;
    private int first;
    private int second;
    private Socket nettyFirst;
    private Socket nettySecond;

    /**
     * Makes a socket pair.
     *
     * @throws IOException if the process has no descriptors left
     */
    @Setup
    public void open() throws IOException {
        Epoll.ensureAvailability(); // loads Netty's natives
        pair = Pipes.socketPair();
        arena = Arena.ofConfined();
        memory = arena.allocate(BYTES).address();
        first = pair.first().number();
        second = pair.second().number();
        nettyFirst = new Socket(first);
        nettySecond = new Socket(second);
    }

    /**
     * Closes the pair.
     *
     * @throws IOException if other code has closed it
     */
    @TearDown
    public void close() throws IOException {
        arena.close();
        pair.close();
    }

    /** {@return the bytes received by fdflux's send(2) and recv(2)} */
    @Benchmark
    public int fdfluxSendAndReceive() {
        return all(Io.send(first, memory, BYTES)) + all(Io.recv(second, memory, BYTES));
    }

    /**
     * Netty's send(2) and recv(2).
     *
     * @return the bytes received
     * @throws IOException if a call fails
     */
    @Benchmark
    public int nettySendAndReceive() throws IOException {
        return all(nettyFirst.sendAddress(memory, 0, BYTES)) + all(nettySecond.recvAddress(memory, 0, BYTES));
    }

    private static int all(int moved) {
        if (moved != BYTES) {
            throw new IllegalStateException("moved " + moved + " bytes of " + BYTES);
        }
        return moved;
    }

    /** {@return the errno of fdflux's recv(2) on an empty socket} */
    @Benchmark
    public int fdfluxWouldBlock() {
        int result = Io.recv(second, memory, BYTES);
        if (result != -Errno.EAGAIN) {
            throw new IllegalStateException("recv on an empty socket returns " + result);
        }
        return result;
    }

    /**
     * Netty's recv(2) on an empty socket.
     *
     * @return 0, which stands for EAGAIN there
     * @throws IOException if the call fails
     */
    @Benchmark
    public int nettyWouldBlock() throws IOException {
        int result = nettySecond.recvAddress(memory, 0, BYTES);
        if (result != 0) {
            throw new IllegalStateException("recv on an empty socket returns " + result);
        }
        return result;
    }
}
