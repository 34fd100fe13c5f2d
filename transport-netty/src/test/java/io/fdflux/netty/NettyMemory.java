package io.fdflux.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;

/** The memory of Netty's allocators. */
public final class NettyMemory {

    private NettyMemory() {}

    /** {@return bytes of direct memory held now: the larger of Netty's two counts} */
    public static long held() {
        long pooled = ByteBufAllocator.DEFAULT instanceof PooledByteBufAllocator pool
                ? pool.metric().usedDirectMemory()
                : 0;
        return Math.max(pooled, PlatformDependent.usedDirectMemory());
    }
}
