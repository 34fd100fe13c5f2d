package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fdflux.FdLoops;
import io.fdflux.posix.Pipes;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a class whose tests leave descriptors open or buffers that Netty's leak detector finds. Without a pool
 * ({@code io.netty.allocator.type=unpooled}, or a pool without arenas) it also compares native memory: that of
 * direct buffers.
 */
public final class NothingLeaks implements BeforeAllCallback, AfterAllCallback {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Pattern KINDS = Pattern.compile("(socket|anon_inode|pipe):.*");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Memory that long-lived threads of the JDK and of Reactor keep. */
    private static final long KEPT_BYTES = 64 * 1024;

    private final ListAppender<ILoggingEvent> leaks = new ListAppender<>();
    private final List<Logger> loggers = Stream.of(
                    ResourceLeakDetector.class.getName(), "io.fdflux.leak.DescriptorLeakDetector")
            .map(name -> (Logger) LoggerFactory.getLogger(name))
            .toList();
    private int before;
    private long memoryBefore;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(1));
        Awaitility.setDefaultTimeout(PATIENCE);
        // A process opens some things once, for good: libkqueue's thread, the JDK's socket for closing others.
        try (FdLoops loops = FdLoops.builder().loops(1).build()) {
            loops.group();
        }
        new ServerSocket(0).close();
        before = descriptors();
        memoryBefore = nativeMemory();
        leaks.start();
        loggers.forEach(logger -> logger.addAppender(leaks));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException, InterruptedException {
        findUnreachable();
        loggers.forEach(logger -> logger.detachAppender(leaks));
        assertThat(List.copyOf(leaks.list))
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
        await("descriptors of before")
                .untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before));
        if (nothingIsPooled()) {
            await("native memory of before").untilAsserted(() -> {
                System.gc(); // frees arenas and direct buffers without an owner
                assertThat(nativeMemory()).isLessThanOrEqualTo(memoryBefore + KEPT_BYTES);
            });
        }
    }

    private static boolean nothingIsPooled() {
        return ByteBufAllocator.DEFAULT instanceof UnpooledByteBufAllocator
                || ByteBufAllocator.DEFAULT instanceof PooledByteBufAllocator pool
                        && pool.metric().numDirectArenas() == 0;
    }

    /**
     * {@return the bytes of direct buffers} Netty counts its own, which it takes from malloc: the JVM's bean does not
     * see them, nor the segments of an {@code Arena} (JDK 25).
     */
    private static long nativeMemory() {
        return PlatformDependent.usedDirectMemory()
                + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
    }

    /** {@return the open sockets, pipes and pollers, without the JVM's own files; 0 without /proc} */
    public static int descriptors() {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            return (int) all.filter(fd -> KINDS.matcher(target(fd)).matches()).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    /** Triggers the detectors, which report what was collected when the next buffer or descriptor is made. */
    private static void findUnreachable() throws IOException, InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        for (int i = 0; i < 2; i++) {
            PhantomReference<Object> canary = new PhantomReference<>(new Object(), queue);
            do {
                System.gc();
            } while (queue.remove(100) == null);
            assertThat(canary).isNotNull(); // keeps it reachable until here
            ByteBufAllocator.DEFAULT.directBuffer(1).release();
            Pipes.pipe().close();
        }
    }
}
