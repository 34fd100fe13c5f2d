package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.Platform;
import java.util.List;
import java.util.Map;

/**
 * Maps C functions to their symbols, if these differ from the function's name. NetBSD renames a function whose
 * arguments change: {@code __RENAME} in its headers. The plain symbol stays for old binaries, so it is the
 * wrong function.
 */
final class Symbols {

    private static final Map<String, List<String>> NETBSD = Map.of(
            "socket", List.of("__socket30"),
            "fstat", List.of("__fstat50"),
            // The newest first, because struct kevent grew after NetBSD 10. Kqueue chooses the layout by the symbol.
            "kevent", List.of("__kevent100", "__kevent50"));

    /** The function for 64-bit inode numbers, see stat(2) of macOS; arm64 has no other. */
    private static final Map<String, List<String>> MACOS_X86_64 = Map.of("fstat", List.of("fstat$INODE64"));

    private Symbols() {}

    /** {@return the symbols to try; the first that exists is used} */
    static List<String> of(String function) {
        return renamed().getOrDefault(function, List.of(function));
    }

    private static Map<String, List<String>> renamed() {
        Platform platform = Platform.current();
        return switch (platform.os()) {
            case NETBSD -> NETBSD;
            case MACOS -> platform.arch().equals("x86_64") ? MACOS_X86_64 : Map.of();
            default -> Map.of();
        };
    }
}
