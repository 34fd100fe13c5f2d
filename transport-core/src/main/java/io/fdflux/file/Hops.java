package io.fdflux.file;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The names on the way to a file: its own, and the one that each symbolic link points to. A change under one of them
 * may put another file behind the first name.
 *
 * <p>Links among the directories of a name are not followed here. A change of those goes unnoticed.
 */
final class Hops {

    /** As path_resolution(7). */
    private static final int MOST_LINKS = 40;

    private Hops() {}

    /**
     * Follows the links of a name. May block.
     *
     * @param path absolute; need not exist
     * @return at least the path itself, each with a parent
     * @throws IOException if there are too many links, or a link cannot be read
     */
    static List<Path> of(Path path) throws IOException {
        List<Path> hops = new ArrayList<>();
        Path hop = path;
        while (true) {
            if (hop.getParent() == null) {
                throw new IllegalArgumentException(path + " is no file, but the root directory");
            }
            hops.add(hop);
            if (!Files.isSymbolicLink(hop)) {
                return hops;
            }
            if (hops.size() > MOST_LINKS) {
                throw new FileSystemLoopException(path.toString());
            }
            hop = hop.resolveSibling(Files.readSymbolicLink(hop));
        }
    }
}
