package io.fdflux.file;

import java.nio.file.Path;

/**
 * A change of a watched file, or of an entry of a watched directory.
 *
 * @param kind      what has happened
 * @param path      to whom, below the path that is watched; the watched path itself for OVERFLOW
 * @param directory whether it is a directory
 * @param move      the number that MOVED_FROM and MOVED_TO of one rename share; 0 for other kinds
 */
public record Change(ChangeKind kind, Path path, boolean directory, long move) {

    static Change of(ChangeKind kind, Path path, boolean directory) {
        return new Change(kind, path, directory, 0);
    }
}
