package io.fdflux;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A change of a file or directory, from {@link FileFlux#changes}.
 *
 * @param kind      what has happened
 * @param path      to whom: the watched path, or an entry below it; for OVERFLOW the watched path
 * @param directory whether it is a directory
 * @param move      a number that MOVED_FROM and MOVED_TO of one rename share; 0 for other kinds
 */
public record FileEvent(Kind kind, Path path, boolean directory, long move) {

    /** What has happened. */
    public enum Kind {
        /** It was made, or found in a directory that has just appeared. */
        CREATED,
        /** Its content was written or truncated. */
        MODIFIED,
        /** Its attributes were changed: owner, permissions, times. */
        ATTRIBUTES,
        /** It was removed. */
        DELETED,
        /** It lost its name by a rename. Without a MOVED_TO of the same number it has left the watched directory. */
        MOVED_FROM,
        /** It got its name by a rename. Without a MOVED_FROM of the same number it came from elsewhere. */
        MOVED_TO,
        /** Events were lost, because they were requested too slowly. Read the state again. */
        OVERFLOW
    }

    /** Requires a kind and a path. */
    public FileEvent {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(path, "path");
    }
}
