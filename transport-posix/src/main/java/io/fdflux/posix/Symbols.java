package io.fdflux.posix;

import java.util.List;
import java.util.Map;

/**
 * The symbols under which C functions are found at run time, where they differ from the function's name. NetBSD renames a
 * function when the meaning of its arguments changes, by {@code __RENAME} in its headers, and keeps the old symbol for old
 * binaries: the plain name is then the wrong function.
 */
final class Symbols {

    private static final Map<String, List<String>> NETBSD = Map.of(
            "socket", List.of("__socket30"),
            // The newest first; struct kevent has grown after NetBSD 10 (Kqueue picks the layout by the symbol).
            "kevent", List.of("__kevent100", "__kevent50"));

    private Symbols() {}

    /** The symbols to try, the first that exists wins. */
    static List<String> of(String function) {
        return Platform.current().os() == Platform.Os.NETBSD
                ? NETBSD.getOrDefault(function, List.of(function))
                : List.of(function);
    }
}
