package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.Platform;
import java.util.List;
import java.util.Map;

/**
 * The symbols under which C functions are found at run time, where they differ from the function's name. NetBSD renames
 * a function when the meaning of its arguments changes, by {@code __RENAME} in its headers, and keeps the old symbol
 * for old binaries: the plain name is then the wrong function.
 */
final class Symbols {

    private static final Map<String, List<String>> NETBSD = Map.of(
            "socket", List.of("__socket30"),
            "fstat", List.of("__fstat50"),
            // The newest first; struct kevent has grown after NetBSD 10 (Kqueue picks the layout by the symbol).
            "kevent", List.of("__kevent100", "__kevent50"));

    /** With inode numbers of 64 bits, stat(2); arm64 never had others. */
    private static final Map<String, List<String>> MACOS_X86_64 = Map.of("fstat", List.of("fstat$INODE64"));

    private Symbols() {}

    /** The symbols to try, the first that exists wins. */
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
