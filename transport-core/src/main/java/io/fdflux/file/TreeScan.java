package io.fdflux.file;

import io.fdflux.file.InotifyDirectories.Added;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.Inotify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * Watches a directory and those below it, and lists the entries of those that were not watched. May block.
 *
 * <p>A scan sees the tree as it is now, but the paths of the watches are those of the event that is handled. Events
 * that are queued may have moved a directory since. So a path counts only if its parent is still the directory that is
 * watched there, and the directory itself has stayed while it was listed. Otherwise it is left out, because the event
 * that has moved its parent leads to another scan.
 */
final class TreeScan {

    /** Entries of new directories that one scan reports; more are an overflow. */
    private static final int MOST_FOUND = 16_384;

    private static final int ENOTDIR = Constants.value("ENOTDIR");
    private static final int EACCES = Constants.value("EACCES");

    private final InotifyDirectories with;
    private final Path root;

    TreeScan(InotifyDirectories with, Path root) {
        this.with = with;
        this.root = root;
    }

    /**
     * Scans. A directory that vanishes meanwhile, or that this user may not read, is left out.
     *
     * @param all whether to list the entries of directories that were watched too
     */
    Listing run(Collection<Path> tops, boolean all) throws IOException {
        Listing listing = new Listing(tops, MOST_FOUND);
        for (Path directory = listing.next(); directory != null; directory = listing.next()) {
            Added added = with.add(directory);
            int errno = -added.watch();
            if (errno > 0 && (directory.equals(root) || !isSkipped(errno))) {
                throw Inotify.exception(directory, errno);
            }
            if (errno < 0 && added.place() != InotifyDirectories.Place.ELSEWHERE) {
                list(listing, directory, added, all);
            }
        }
        return listing;
    }

    /** Scans a directory that has come from elsewhere, unless a scan has found it already. */
    Listing arrived(Path top) throws IOException {
        if (with.isInPlace(top)) {
            return new Listing(List.of(), MOST_FOUND);
        }
        with.removeBelow(top); // an empty directory that it has replaced
        return run(List.of(top), true);
    }

    private void list(Listing listing, Path directory, Added added, boolean all) throws IOException {
        boolean isNew = added.place() == InotifyDirectories.Place.NEW;
        boolean listed = isBelowItsParent(directory)
                && listing.list(directory, isNew || all, () -> with.isAt(added.watch(), directory));
        if (!listed && isNew) {
            with.remove(added.watch());
        }
    }

    private boolean isBelowItsParent(Path directory) {
        return directory.equals(root) || with.isInPlace(directory.getParent());
    }

    /** Whether an error concerns one directory only: it vanished, was replaced, or is closed to this user. */
    private static boolean isSkipped(int errno) {
        return errno == Errno.ENOENT || errno == ENOTDIR || errno == EACCES;
    }
}
