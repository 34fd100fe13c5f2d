package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Encodes and decodes socket addresses: a {@code struct sockaddr_storage} and its {@code socklen_t}. One thread at
 * a time.
 *
 * <pre>
 *            0       1          2     4          8                24
 * Linux     | family (u16)     | port| IPv4     |
 * BSD,macOS | length | family  | port| IPv4     |
 * IPv6      | as above         | port| flowinfo | address (16)   | scope (u32) |
 * Unix      | as above         | path, up to 108 bytes (Linux) or 104
 * </pre>
 *
 * Port and addresses are in network order, flowinfo and scope in the host's order.
 */
public final class SocketAddressBuffer {

    private static final boolean HAS_LENGTH = Platform.current().os() != Platform.Os.LINUX;
    private static final int AF_UNIX = Constants.value("AF_UNIX");
    private static final int AF_INET = Constants.value("AF_INET");
    private static final int AF_INET6 = Constants.value("AF_INET6");

    private static final int PORT_OFFSET = 2;
    private static final int IPV4_OFFSET = 4;
    private static final int IPV4_BYTES = 16;
    private static final int IPV6_OFFSET = 8;
    private static final int SCOPE_OFFSET = 24;
    static final int IPV6_BYTES = 28;
    static final int STORAGE_BYTES = Platform.current().os() == Platform.Os.OPENBSD ? 256 : 128;
    private static final int PATH_OFFSET = 2;
    private static final int MAPPED_PREFIX_BYTES = 12;

    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment storage;
    private final MemorySegment length;

    /** Makes an empty buffer for many calls. The garbage collector frees its memory. */
    public SocketAddressBuffer() {
        this(Arena.ofAuto());
    }

    /** Makes an empty buffer for one call. The arena frees its memory. */
    SocketAddressBuffer(SegmentAllocator arena) {
        storage = arena.allocate(STORAGE_BYTES, Long.BYTES);
        length = arena.allocate(ValueLayout.JAVA_INT);
    }

    MemorySegment storage() {
        return storage;
    }

    /** The {@code socklen_t}, set to the storage's size, for a call that returns an address. */
    MemorySegment lengthForResult() {
        length.set(ValueLayout.JAVA_INT, 0, STORAGE_BYTES);
        return length;
    }

    /** Sets the length of an address that a call stored here, if the call returned the length elsewhere. */
    void filled(int bytes) {
        length.set(ValueLayout.JAVA_INT, 0, bytes);
    }

    /**
     * Writes an address.
     *
     * @param address    a resolved address
     * @param ipv6Socket whether it is for an IPv6 socket, where an IPv4 address is written as IPv4-mapped
     * @return the length of the structure in bytes
     */
    int encode(InetSocketAddress address, boolean ipv6Socket) {
        InetAddress ip = address.getAddress();
        if (ip == null) {
            throw new IllegalArgumentException(address + " is not resolved");
        }
        storage.fill((byte) 0);
        storage.set(PORT, PORT_OFFSET, (short) address.getPort());
        if (!ipv6Socket && ip instanceof Inet4Address) {
            family(AF_INET, IPV4_BYTES);
            MemorySegment.copy(ip.getAddress(), 0, storage, ValueLayout.JAVA_BYTE, IPV4_OFFSET, 4);
            return IPV4_BYTES;
        }
        family(AF_INET6, IPV6_BYTES);
        if (ip instanceof Inet6Address ipv6) {
            MemorySegment.copy(ip.getAddress(), 0, storage, ValueLayout.JAVA_BYTE, IPV6_OFFSET, 16);
            storage.set(ValueLayout.JAVA_INT, SCOPE_OFFSET, ipv6.getScopeId());
        } else if (!ip.isAnyLocalAddress()) {
            // ::ffff:a.b.c.d, except for the IPv4 wildcard. That becomes ::, which listens on both families.
            storage.set(ValueLayout.JAVA_SHORT, IPV6_OFFSET + 10L, (short) -1);
            MemorySegment.copy(
                    ip.getAddress(), 0, storage, ValueLayout.JAVA_BYTE, IPV6_OFFSET + (long) MAPPED_PREFIX_BYTES, 4);
        }
        return IPV6_BYTES;
    }

    /**
     * Writes a Unix-domain address.
     *
     * @return the length of the structure in bytes
     */
    int encode(UnixName name) {
        byte[] path = name.bytes();
        storage.fill((byte) 0);
        MemorySegment.copy(path, 0, storage, ValueLayout.JAVA_BYTE, PATH_OFFSET, path.length);
        // The length includes a path's final NUL on Linux (unix(7)), but not elsewhere (SUN_LEN in unix(4)). An
        // abstract name has no final NUL.
        int bytes = PATH_OFFSET + path.length + (HAS_LENGTH || name.isAbstract() ? 0 : 1);
        family(AF_UNIX, bytes);
        return bytes;
    }

    /** Writes AF_UNSPEC, which is 0 everywhere. */
    int encodeUnspecified() {
        storage.fill((byte) 0);
        family(0, IPV4_BYTES);
        return IPV4_BYTES;
    }

    private void family(int family, int bytes) {
        if (HAS_LENGTH) {
            storage.set(ValueLayout.JAVA_BYTE, 0, (byte) bytes);
            storage.set(ValueLayout.JAVA_BYTE, 1, (byte) family);
        } else {
            storage.set(ValueLayout.JAVA_SHORT, 0, (short) family);
        }
    }

    /**
     * Decodes the address that the last call stored.
     *
     * @return an Internet address (an IPv4-mapped one as IPv4), or null for any other family and for none
     */
    public InetSocketAddress decode() {
        int family = decodeFamily();
        if (family == 0) {
            return null;
        }
        int port = Short.toUnsignedInt(storage.get(PORT, PORT_OFFSET));
        if (family == AF_INET) {
            return new InetSocketAddress(ipv4(bytes(IPV4_OFFSET, 4)), port);
        }
        if (family == AF_INET6) {
            return new InetSocketAddress(ipv6(), port);
        }
        return null;
    }

    /**
     * Decodes the name of a Unix-domain socket that the last call stored.
     *
     * @return a path, or a name of Linux's abstract namespace that begins with NUL, as in {@link UnixSockets}; null for
     *     a socket without a name, and for any other family
     */
    public String decodePath() {
        if (!isUnix()) {
            return null;
        }
        // The length exceeds the storage only for a truncated name, and every name that fits sun_path fits the storage.
        int end = Math.min(length.get(ValueLayout.JAVA_INT, 0), STORAGE_BYTES) - PATH_OFFSET;
        return end <= 0 ? null : UnixName.decode(bytes(PATH_OFFSET, end));
    }

    /** Whether the last stored address is a Unix-domain one, with a name or without. */
    boolean isUnix() {
        return decodeFamily() == AF_UNIX;
    }

    /** Whether the last stored address is an Internet one, bound or not. */
    boolean isInternet() {
        return decodeFamily() == AF_INET || isIpv6();
    }

    boolean isIpv6() {
        return decodeFamily() == AF_INET6;
    }

    /** AF_UNSPEC (0) if there is no address. */
    private int decodeFamily() {
        if (length.get(ValueLayout.JAVA_INT, 0) < PATH_OFFSET) {
            return 0;
        }
        return HAS_LENGTH
                ? Byte.toUnsignedInt(storage.get(ValueLayout.JAVA_BYTE, 1))
                : Short.toUnsignedInt(storage.get(ValueLayout.JAVA_SHORT, 0));
    }

    private InetAddress ipv6() {
        byte[] ip = bytes(IPV6_OFFSET, 16);
        try {
            InetAddress address = InetAddress.getByAddress(ip);
            int scope = storage.get(ValueLayout.JAVA_INT, SCOPE_OFFSET);
            return address instanceof Inet6Address && scope != 0 ? Inet6Address.getByAddress(null, ip, scope) : address;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong length
        }
    }

    private static InetAddress ipv4(byte[] ip) {
        try {
            return InetAddress.getByAddress(ip);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong length
        }
    }

    static List<CStruct> cStructs() {
        return List.of(
                head("sockaddr_in", "sin", IPV4_BYTES)
                        .with("sin_port", PORT_OFFSET, Short.BYTES)
                        .with("sin_addr", IPV4_OFFSET, 4),
                head("sockaddr_in6", "sin6", IPV6_BYTES)
                        .with("sin6_port", PORT_OFFSET, Short.BYTES)
                        .with("sin6_addr", IPV6_OFFSET, 16)
                        .with("sin6_scope_id", SCOPE_OFFSET, Integer.BYTES),
                head("sockaddr_un", "sun", PATH_OFFSET + UnixName.PATH_BYTES)
                        .with("sun_path", PATH_OFFSET, UnixName.PATH_BYTES),
                head("sockaddr_storage", "ss", STORAGE_BYTES),
                CStruct.of("socklen_t", Integer.BYTES));
    }

    private static CStruct head(String name, String prefix, int bytes) {
        CStruct struct = CStruct.of("struct " + name, bytes);
        return HAS_LENGTH
                ? struct.with(prefix + "_len", 0, 1).with(prefix + "_family", 1, 1, CStruct.Sign.UNSIGNED)
                : struct.with(prefix + "_family", 0, Short.BYTES, CStruct.Sign.UNSIGNED);
    }

    private byte[] bytes(int offset, int count) {
        byte[] bytes = new byte[count];
        MemorySegment.copy(storage, ValueLayout.JAVA_BYTE, offset, bytes, 0, count);
        return bytes;
    }
}
