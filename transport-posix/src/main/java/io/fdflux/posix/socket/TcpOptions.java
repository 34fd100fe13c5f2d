package io.fdflux.posix.socket;

import io.fdflux.posix.ffi.CStruct;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawSocketOptions;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Reads and sets the options of TCP whose value is not an int. Thread-safe. A failed call returns {@code -errno}. */
public final class TcpOptions {

    private static final int IPPROTO_TCP = Constants.value("IPPROTO_TCP");
    private static final int SOL_SOCKET = Constants.value("SOL_SOCKET");

    /** TCP_CA_NAME_MAX of Linux, TCP_CA_NAME_MAX of FreeBSD. */
    private static final int CONGESTION_NAME_BYTES = 16;

    /** TCP_ULP_NAME_MAX of Linux. */
    private static final int UPPER_PROTOCOL_BYTES = 16;

    private static final int FILTER_NAME_BYTES = 16;
    private static final int FILTER_BYTES = 256;

    private static final int SIGNATURE_BYTES = 216;
    private static final int SIGNATURE_ADDRESS_BYTES = 128;
    private static final int SIGNATURE_KEY_LENGTH = 130;
    private static final int SIGNATURE_KEY = 136;

    /** TCP_MD5SIG_MAXKEYLEN. */
    public static final int MAX_SIGNATURE_KEY_BYTES = 80;

    private TcpOptions() {}

    // ---- TCP_CONGESTION

    /** {@return whether the congestion control can be selected: Linux, FreeBSD} */
    public static boolean hasCongestionControl() {
        return Constants.find("TCP_CONGESTION").isPresent();
    }

    /**
     * TCP_CONGESTION.
     *
     * @param fd a TCP socket
     * @return the algorithm's name, or null if the call fails
     */
    public static String congestionControl(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(CONGESTION_NAME_BYTES + 1);
            int length = RawSocketOptions.get(
                    arena, fd, IPPROTO_TCP, Constants.value("TCP_CONGESTION"), value.asSlice(0, CONGESTION_NAME_BYTES));
            return length < 0 ? null : value.getString(0);
        }
    }

    /**
     * TCP_CONGESTION.
     *
     * @param fd   a TCP socket
     * @param name of an algorithm that the kernel has
     * @return 0 or {@code -errno}, {@code -ENOENT} if the kernel has no such algorithm
     */
    public static int setCongestionControl(int fd, String name) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            return RawSocketOptions.set(
                    fd,
                    IPPROTO_TCP,
                    Constants.value("TCP_CONGESTION"),
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
        }
    }

    // ---- TLS in the kernel

    /**
     * Whether the kernel decrypts TLS, so that a read ends after a record: TCP_ULP of Linux, TCP_RXTLS_MODE of FreeBSD.
     */
    static boolean decryptsInKernel(int fd) {
        return SocketOptionCalls.get(fd, SocketOption.RXTLS_MODE) > 0 || hasUpperProtocol(fd);
    }

    /** TCP_ULP names a protocol between TCP and reads, such as tls, espintcp or mptcp. A plain connection has none. */
    private static boolean hasUpperProtocol(int fd) {
        Optional<Integer> option = Constants.find("TCP_ULP");
        if (option.isEmpty()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(UPPER_PROTOCOL_BYTES);
            return RawSocketOptions.get(arena, fd, IPPROTO_TCP, option.get(), name) > 0
                    && name.get(ValueLayout.JAVA_BYTE, 0) != 0;
        }
    }

    // ---- SO_ACCEPTFILTER

    /** {@return whether listeners can have filters: FreeBSD, NetBSD, DragonFly} */
    public static boolean hasAcceptFilters() {
        return Constants.find("SO_ACCEPTFILTER").isPresent();
    }

    /**
     * SO_ACCEPTFILTER, accept_filter(9). The filter's kernel module must be loaded.
     *
     * @param fd       a listening socket
     * @param name     of the filter: {@code dataready}, {@code httpready}; empty for none
     * @param argument of the filter, empty for none
     * @return 0 or {@code -errno}, {@code -ENOENT} if there is no such filter
     * @throws IllegalArgumentException if {@code name} exceeds 15 bytes, or {@code argument} 239
     */
    public static int setAcceptFilter(int fd, String name, String argument) {
        try (Arena arena = Arena.ofConfined()) {
            int option = Constants.value("SO_ACCEPTFILTER");
            if (name.isEmpty()) {
                return RawSocketOptions.set(fd, SOL_SOCKET, option, MemorySegment.NULL);
            }
            MemorySegment value = arena.allocate(FILTER_BYTES);
            put(value.asSlice(0, FILTER_NAME_BYTES), name);
            put(value.asSlice(FILTER_NAME_BYTES), argument);
            return RawSocketOptions.set(fd, SOL_SOCKET, option, value);
        }
    }

    private static void put(MemorySegment field, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length >= field.byteSize()) {
            throw new IllegalArgumentException("an accept filter takes up to %d bytes, not the %d of %s"
                    .formatted(field.byteSize() - 1, bytes.length, text));
        }
        MemorySegment.copy(bytes, 0, field, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    // ---- TCP_MD5SIG

    /** {@return whether sockets take signature keys (RFC 2385): Linux. On the BSDs setkey(8) sets them} */
    public static boolean hasSignatureKeys() {
        return Platform.current().os() == Platform.Os.LINUX;
    }

    /**
     * TCP_MD5SIG: sets the key that signs segments from and to a peer.
     *
     * @param fd   a TCP socket
     * @param peer the peer's address
     * @param key  up to {@value #MAX_SIGNATURE_KEY_BYTES} bytes; empty to remove the peer's
     * @param ipv6 whether it is an IPv6 socket
     * @return 0 or {@code -errno}, {@code -ENOENT} if there is no key to remove
     */
    public static int setSignatureKey(int fd, InetAddress peer, byte[] key, boolean ipv6) {
        if (key.length > MAX_SIGNATURE_KEY_BYTES) {
            throw new IllegalArgumentException("a signature key has at most " + MAX_SIGNATURE_KEY_BYTES + " bytes, not "
                    + key.length + " as that for " + peer);
        }
        try (Arena arena = Arena.ofConfined()) {
            SocketAddressBuffer address = new SocketAddressBuffer(arena);
            int length = address.encode(new InetSocketAddress(peer, 0), ipv6);
            MemorySegment value = arena.allocate(SIGNATURE_BYTES, Long.BYTES);
            value.copyFrom(address.storage().asSlice(0, length));
            value.set(ValueLayout.JAVA_SHORT, SIGNATURE_KEY_LENGTH, (short) key.length);
            MemorySegment.copy(key, 0, value, ValueLayout.JAVA_BYTE, SIGNATURE_KEY, key.length);
            int result = RawSocketOptions.set(fd, IPPROTO_TCP, Constants.value("TCP_MD5SIG"), value);
            value.fill((byte) 0); // the key is a secret
            return result;
        }
    }

    static List<CStruct> cStructs() {
        return List.of(
                CStruct.of("struct accept_filter_arg", FILTER_BYTES)
                        .with("af_name", 0, FILTER_NAME_BYTES)
                        .with("af_arg", FILTER_NAME_BYTES, FILTER_BYTES - FILTER_NAME_BYTES),
                CStruct.of("struct tcp_md5sig", SIGNATURE_BYTES)
                        .with("tcpm_addr", 0, SIGNATURE_ADDRESS_BYTES)
                        .with("tcpm_keylen", SIGNATURE_KEY_LENGTH, Short.BYTES, CStruct.Sign.UNSIGNED)
                        .with("tcpm_key", SIGNATURE_KEY, MAX_SIGNATURE_KEY_BYTES));
    }
}
