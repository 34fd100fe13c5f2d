package io.fdflux.posix.process;

import static io.fdflux.posix.ffi.NativeFunctions.LONG;

import io.fdflux.posix.ffi.PathBytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/** C strings in an arena, in the JDK's encoding of file names. */
final class SpawnStrings {

    private final Arena arena;

    SpawnStrings(Arena arena) {
        this.arena = arena;
    }

    /** The address of a string. A NUL in it would end it early, so it is refused. */
    long address(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a NUL is in " + text.replace('\0', '?') + ", which would end there");
        }
        return address(PathBytes.of(text));
    }

    /** The address of a path. */
    long address(Path path) {
        return address(PathBytes.of(path));
    }

    private long address(byte[] bytes) {
        MemorySegment string = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, string, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return string.address();
    }

    long[] addresses(List<String> texts) {
        return texts.stream().mapToLong(this::address).toArray();
    }

    /** The address of an array of pointers that ends with a null pointer. */
    long array(long[] addresses) {
        MemorySegment array = arena.allocate(LONG, addresses.length + 1L);
        for (int i = 0; i < addresses.length; i++) {
            array.setAtIndex(LONG, i, addresses[i]);
        }
        return array.address();
    }
}
