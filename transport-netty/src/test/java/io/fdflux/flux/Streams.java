package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.HeldLoop;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One loop of the poller under test, the open resources of the test, and plain calls for the other end. */
final class Streams implements BeforeEachCallback, AfterEachCallback {

    /** Enough for an attempt, the next poll, and the attempt after it. */
    private static final int TURNS = 5;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    FdLoops loops;

    @Override
    public void beforeEach(ExtensionContext context) {
        loops = FdLoops.builder()
                .poller(System.getProperty("fdflux.poller", ""))
                .loops(1)
                .build();
        opened.push(loops);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    /** What is done to files and the like. */
    interface Steps {
        void run() throws IOException;
    }

    /** Runs steps while the loop runs nothing. Not on the loop. */
    void whileTheLoopIsHeld(Steps steps) {
        try (var _ = HeldLoop.hold(loops.group().next())) {
            steps.run();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Registers a resource to be closed after the test and before the loops. */
    <T extends AutoCloseable> T open(T resource) {
        opened.push(resource);
        return resource;
    }

    Pipes.Pair pair(Pipes.Pair pair) {
        return open(pair);
    }

    /** {@return the buffers of a descriptor as texts} */
    Flux<String> texts(Descriptor from) {
        return FdFlux.read(loops, from).map(Streams::text);
    }

    /** {@return the sizes of a descriptor's buffers} */
    Flux<Integer> sizes(Descriptor from) {
        return FdFlux.read(loops, from).map(buffer -> {
            int size = buffer.readableBytes();
            buffer.release();
            return size;
        });
    }

    Mono<Void> writing(Descriptor to, String... texts) {
        return FdFlux.write(loops, to, Flux.fromArray(texts).map(Streams::buffer));
    }

    /** Waits until the loop has run its queued tasks, and has attempted and polled the resulting demand. */
    void settle() {
        long enough = loops.total(Counter.WAIT_CALLS) + TURNS;
        do { // a task is no turn, because a loop runs tasks as long as some are queued
            assertThat(loops.group().submit(() -> {}).awaitUninterruptibly(10_000))
                    .as("the loop runs tasks: it does not wait in a call")
                    .isTrue();
        } while (loops.total(Counter.WAIT_CALLS) < enough);
    }

    static String text(ByteBuf buffer) {
        try {
            return buffer.toString(StandardCharsets.UTF_8);
        } finally {
            buffer.release();
        }
    }

    static ByteBuf buffer(String text) {
        return ByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(Descriptor to, String text) {
        write(to, text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(Descriptor to, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, 0, bytes.length);
            int n = bytes.length == 0
                    ? Io.sendDontWait(to.number(), memory.address(), 0)
                    : Io.write(to.number(), memory.address(), bytes.length);
            assertThat(n).isEqualTo(bytes.length);
        }
    }

    /** Reads once, as text; empty at the end. */
    static String read(Descriptor from) {
        int most = 128 * 1024;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(most);
            int n = Io.read(from.number(), memory.address(), most);
            assertThat(n).isNotNegative();
            byte[] bytes = memory.asSlice(0, n).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
