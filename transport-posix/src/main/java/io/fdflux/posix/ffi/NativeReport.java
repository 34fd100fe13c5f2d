package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.UnsupportedPlatformException;
import java.util.List;
import java.util.Optional;

/** What this module has found of the operating system, for a diagnosis. Looks, and neither links nor calls anything. */
public final class NativeReport {

    /** Every C function that this module links somewhere, and pidfd_open, by which a kernel's age is told. */
    private static final List<String> FUNCTIONS = List.of(
            "accept",
            "accept4",
            "bind",
            "close",
            "connect",
            "dup3",
            "epoll_create",
            "epoll_create1",
            "epoll_ctl",
            "epoll_pwait2",
            "epoll_wait",
            "eventfd",
            "fcntl",
            "flock",
            "fstat",
            "getpagesize",
            "getpeername",
            "getsockname",
            "getsockopt",
            "ioctl",
            "isatty",
            "kevent",
            "kqueue",
            "listen",
            "open",
            "pidfd_open",
            "pipe",
            "poll",
            "pread",
            "read",
            "readv",
            "recv",
            "recvfrom",
            "recvmmsg",
            "recvmsg",
            "send",
            "sendfile",
            "sendmmsg",
            "sendmsg",
            "sendto",
            "setsockopt",
            "shutdown",
            "socket",
            "socketpair",
            "splice",
            "strerror",
            "ttyname_r",
            "write",
            "writev");

    /**
     * A C function.
     *
     * @param name    what C programs call it
     * @param symbol  the symbol that it is bound to; where it is missing, the one that was looked for first
     * @param library where the symbol is: the path of a library that {@code fdflux.posix.libraries} names, or
     *                {@code C library}; absent if no library has it
     */
    public record Function(String name, String symbol, Optional<String> library) {

        /** {@return whether the platform has it} */
        public boolean found() {
            return library.isPresent();
        }
    }

    private NativeReport() {}

    /**
     * The C functions that the transport can use somewhere, by name; a platform lacks those of the others.
     *
     * @return all of them, found and missing
     * @throws UnsupportedPlatformException if there are no tables for this platform
     */
    public static List<Function> functions() {
        return FUNCTIONS.stream().map(NativeReport::function).toList();
    }

    private static Function function(String name) {
        String symbol = NativeFunctions.symbolOf(name).orElse(Symbols.of(name).getFirst());
        return new Function(name, symbol, NativeFunctions.libraryOf(symbol));
    }

    /** {@return whether the JVM grants native access to this module, so that it prints no warning of it} */
    public static boolean nativeAccessEnabled() {
        return NativeReport.class.getModule().isNativeAccessEnabled();
    }
}
