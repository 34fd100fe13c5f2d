package io.fdflux.netty.file;

import io.netty.util.concurrent.FastThreadLocal;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Buffer for copies that the kernel cannot make by itself, such as pread(2) followed by send(2). One per thread,
 * allocated on first use.
 */
public final class CopyBuffer {

    /** A larger buffer saves few calls and exceeds the processor's cache. */
    public static final int BYTES = 256 * 1024;

    private static final FastThreadLocal<CopyBuffer> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected CopyBuffer initialValue() {
            return new CopyBuffer();
        }
    };

    private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
    private final long address = MemorySegment.ofBuffer(memory).address();

    private CopyBuffer() {}

    public static CopyBuffer ofThread() {
        return OF_THREAD.get();
    }

    public long address() {
        return address;
    }

    /** {@return the first bytes of the buffer, valid until the next call} */
    public ByteBuffer buffer(int length) {
        return memory.clear().limit(length);
    }
}
