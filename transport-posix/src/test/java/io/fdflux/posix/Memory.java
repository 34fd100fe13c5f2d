package io.fdflux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Off-heap memory for tests. */
public final class Memory {

    private Memory() {}

    public static MemorySegment of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return Arena.ofAuto().allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    }

    public static MemorySegment of(int bytes) {
        return Arena.ofAuto().allocate(bytes);
    }

    public static String text(MemorySegment memory, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.ofArray(bytes).copyFrom(memory.asSlice(0, length));
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
