package io.fdflux.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;

/** What Netty's allocators hold. */
public final class NettyMemory {

    private NettyMemory() {}

    /** {@return bytes of direct memory held now, by whichever of Netty's counts is larger} */
    public static long held() {
        long pooled = ByteBufAllocator.DEFAULT instanceof PooledByteBufAllocator pool
                ? pool.metric().usedDirectMemory()
                : 0;
        return Math.max(pooled, PlatformDependent.usedDirectMemory());
    }
}
