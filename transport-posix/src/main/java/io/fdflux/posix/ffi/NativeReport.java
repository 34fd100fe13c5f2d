package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.UnsupportedPlatformException;
import java.util.List;
import java.util.Optional;

/** Reports which C functions and symbols this module finds, for a diagnosis. It neither links nor calls any of them. */
public final class NativeReport {

    /** Every C function that this module links on some platform, and pidfd_open(2), which shows the C library's age. */
    private static final List<String> FUNCTIONS = List.of(
            "accept",
            "accept4",
            "bind",
            "cfmakeraw",
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
            "grantpt",
            "inotify_add_watch",
            "inotify_init1",
            "inotify_rm_watch",
            "ioctl",
            "isatty",
            "kevent",
            "kill",
            "kqueue",
            "listen",
            "lseek",
            "open",
            "pidfd_open",
            "pipe",
            "pipe2",
            "poll",
            "posix_openpt",
            "posix_spawn_file_actions_addchdir_np",
            "posix_spawn_file_actions_addclose",
            "posix_spawn_file_actions_addclosefrom_np",
            "posix_spawn_file_actions_adddup2",
            "posix_spawn_file_actions_destroy",
            "posix_spawn_file_actions_init",
            "posix_spawnattr_destroy",
            "posix_spawnattr_init",
            "posix_spawnattr_setflags",
            "posix_spawnattr_setpgroup",
            "posix_spawnattr_setsigmask",
            "posix_spawnp",
            "pread",
            "ptsname",
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
            "syscall",
            "tcgetattr",
            "tcsetattr",
            "timerfd_create",
            "timerfd_settime",
            "ttyname_r",
            "unlockpt",
            "waitid",
            "waitpid",
            "write",
            "writev");

    /**
     * A C function.
     *
     * @param name    its name in C
     * @param symbol  the symbol it is bound to; if missing, the first symbol that was searched for
     * @param library the path of a library of {@code fdflux.posix.libraries}, or {@code C library}; empty if no library
     *     has the symbol
     */
    public record Function(String name, String symbol, Optional<String> library) {

        /** {@return whether the platform has it} */
        public boolean found() {
            return library.isPresent();
        }
    }

    private NativeReport() {}

    /**
     * The C functions that the transport uses on some platform, sorted by name. A platform lacks those of the others.
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

    /** {@return whether the JVM grants native access to this module, and so prints no warning} */
    public static boolean nativeAccessEnabled() {
        return NativeReport.class.getModule().isNativeAccessEnabled();
    }
}
