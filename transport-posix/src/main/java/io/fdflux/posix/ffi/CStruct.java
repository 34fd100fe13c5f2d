package io.fdflux.posix.ffi;

import java.util.ArrayList;
import java.util.List;

/**
 * Describes a C type's layout, as this module assumes it on the current platform. Each class with offsets returns them
 * from a static method {@code cStructs()}. {@code scripts/check-abi} compares the results of these methods with the
 * platform's headers.
 *
 * @param name   as C writes it: {@code struct iovec}, {@code socklen_t}
 * @param bytes  its size; 0 if no code relies on it
 * @param fields the members that code reads or writes
 */
public record CStruct(String name, long bytes, List<Field> fields) {

    /** How the code interprets a field's bits. */
    public enum Sign {
        /** As a signed number. */
        SIGNED,
        /** As an unsigned number. */
        UNSIGNED,
        /** As bits or an address, where the sign does not matter. */
        ANY
    }

    /**
     * A member.
     *
     * @param name   in C
     * @param offset in bytes
     * @param bytes  its size
     * @param sign   how the code interprets its bits
     */
    public record Field(String name, long offset, long bytes, Sign sign) {}

    /**
     * Makes one.
     *
     * @param name   of the type
     * @param bytes  its size, or 0
     * @param fields copied
     */
    public CStruct {
        fields = List.copyOf(fields);
    }

    /**
     * A type without fields; {@link #with(String, long, long, Sign)} adds them.
     *
     * @param name  as C writes it
     * @param bytes its size, or 0
     * @return the type
     */
    public static CStruct of(String name, long bytes) {
        return new CStruct(name, bytes, List.of());
    }

    /**
     * A type to which newer systems add fields. The kernel and the caller agree on the length per call.
     *
     * @param name as C writes it
     * @return the type
     */
    public static CStruct growing(String name) {
        return of(name, 0);
    }

    /**
     * Adds a member whose sign does not matter.
     *
     * @param field  its name
     * @param offset in bytes
     * @param size   in bytes
     * @return the type with it
     */
    public CStruct with(String field, long offset, long size) {
        return with(field, offset, size, Sign.ANY);
    }

    /**
     * Adds a member.
     *
     * @param field  its name
     * @param offset in bytes
     * @param size   in bytes
     * @param sign   how the code interprets its bits
     * @return the type with it
     */
    public CStruct with(String field, long offset, long size, Sign sign) {
        List<Field> more = new ArrayList<>(fields);
        more.add(new Field(field, offset, size, sign));
        return new CStruct(name, bytes, more);
    }
}
