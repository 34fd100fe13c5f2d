package io.fdflux.test;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * JUnit extension that fails a test which does not release all its buffers. It compares the allocator's counts of
 * bytes, so unlike Netty's leak detection it does not depend on the garbage collector.
 *
 * <p>Netty's default allocator must be the unpooled one. This class sets it, if it is loaded before Netty's allocator.
 * So register it on every test class that uses buffers, or run with {@code -Dio.netty.allocator.type=unpooled}.
 */
public final class BuffersReleased implements BeforeEachCallback, AfterEachCallback {

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(BuffersReleased.class);

    static {
        System.setProperty("io.netty.allocator.type", "unpooled");
    }

    /** For JUnit. */
    public BuffersReleased() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!(ByteBufAllocator.DEFAULT instanceof UnpooledByteBufAllocator)) {
            throw new IllegalStateException("Netty's default allocator is " + ByteBufAllocator.DEFAULT
                    + ", which does not count; run with -Dio.netty.allocator.type=unpooled");
        }
        context.getStore(NAMESPACE).put("before", bytesInUse());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        long before = context.getStore(NAMESPACE).get("before", Long.class);
        long start = System.nanoTime();
        // A loop of the test may still run and release buffers.
        while (bytesInUse() != before) {
            if (System.nanoTime() - start > LIMIT_NANOS) {
                throw new AssertionError(
                        bytesInUse() - before + " bytes of buffers were not released (or once too often)");
            }
            Thread.yield();
        }
    }

    private static long bytesInUse() {
        var metric = UnpooledByteBufAllocator.DEFAULT.metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }
}
