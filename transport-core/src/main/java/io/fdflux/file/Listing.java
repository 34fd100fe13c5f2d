package io.fdflux.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Lists directories and those below them, breadth first. Symbolic links are not followed. One thread; may block. */
final class Listing {

    /** An entry. */
    record Found(Path path, boolean directory) {}

    private final int most;
    private final ArrayDeque<Path> left = new ArrayDeque<>();
    private final List<Found> found = new ArrayList<>();
    private boolean complete = true;

    Listing(Collection<Path> tops, int most) {
        this.most = most;
        left.addAll(tops);
    }

    /** The next directory, for {@link #list}; null behind the last one. */
    Path next() {
        return left.poll();
    }

    /**
     * Lists a directory, unless it has vanished.
     *
     * @param kept  whether its entries are {@link #found}
     * @param still asked behind the listing; if it says no, nothing is taken
     * @return whether the entries were taken
     */
    boolean list(Path directory, boolean kept, BooleanSupplier still) throws IOException {
        List<Found> listed = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                listed.add(new Found(entry, Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false; // removed or moved since it was found
        }
        if (!still.getAsBoolean()) {
            return false;
        }
        for (Found one : listed) {
            if (one.directory()) {
                left.add(one.path());
            }
            if (kept && found.size() < most) {
                found.add(one);
            } else if (kept) {
                complete = false;
            }
        }
        return true;
    }

    /** The entries, those of a directory before those below it. */
    List<Found> found() {
        return found;
    }

    /** Whether all entries are {@link #found}. */
    boolean isComplete() {
        return complete;
    }
}
