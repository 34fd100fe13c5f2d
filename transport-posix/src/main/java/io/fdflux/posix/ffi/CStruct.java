package io.fdflux.posix.ffi;

import java.util.ArrayList;
import java.util.List;

/**
 * A C type as the code here lays it out on the platform in use. Every class that holds offsets tells them in a static
 * method {@code cStructs()}; {@code scripts/check-abi} finds these methods and compares them with the platform's
 * own headers.
 *
 * @param name   as C writes it: {@code struct iovec}, {@code socklen_t}
 * @param bytes  its size; 0 if that is not relied upon
 * @param fields those that the code reads or writes
 */
public record CStruct(String name, long bytes, List<Field> fields) {

    /** How the code takes a field's bits. */
    public enum Sign {
        /** As a number below and above zero. */
        SIGNED,
        /** As a number from zero on. */
        UNSIGNED,
        /** As bits, or an address: it makes no difference. */
        ANY
    }

    /**
     * A member.
     *
     * @param name   in C
     * @param offset in bytes
     * @param bytes  its size
     * @param sign   how its bits are taken
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
     * One without fields, which {@link #with(String, long, long, Sign)} adds.
     *
     * @param name  as C writes it
     * @param bytes its size, or 0
     * @return the type
     */
    public static CStruct of(String name, long bytes) {
        return new CStruct(name, bytes, List.of());
    }

    /**
     * One that newer systems have more fields in: the kernel takes and tells how much of it is meant.
     *
     * @param name as C writes it
     * @return the type
     */
    public static CStruct growing(String name) {
        return of(name, 0);
    }

    /**
     * Adds a member whose sign makes no difference.
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
     * @param sign   how the code takes its bits
     * @return the type with it
     */
    public CStruct with(String field, long offset, long size, Sign sign) {
        List<Field> more = new ArrayList<>(fields);
        more.add(new Field(field, offset, size, sign));
        return new CStruct(name, bytes, more);
    }
}
