package io.fdflux.testsuite.clients;

import io.netty.buffer.UnpooledByteBufAllocator;

/** The most that Netty's allocator had lent out at a sample. One thread samples at a time. */
final class PeakMemory {

    private volatile long bytes;

    void sample() {
        var metric = UnpooledByteBufAllocator.DEFAULT.metric();
        bytes = Math.max(bytes, metric.usedDirectMemory() + metric.usedHeapMemory());
    }

    long bytes() {
        return bytes;
    }
}
