package io.fdflux.file;

import io.fdflux.posix.io.Inotify;
import io.fdflux.posix.io.Io;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import reactor.core.CoreSubscriber;

/**
 * Changes of the entries of a directory, or of a whole tree, from inotify(7).
 *
 * <p>In a tree, entries may be made in a new directory before that is watched. So the entries of a directory are listed
 * behind the start of its watch, and reported as created. An event that is queued for such an entry is dropped.
 *
 * <pre>
 * a directory of the tree   | what happens to the watches
 * --------------------------+----------------------------------------------------------------------------
 * is made                   | it is scanned: watched, listed, and so are the directories in it
 * is removed                | those at its path end; a directory that has the path by now is made by a later event
 * is moved within the tree  | its watches are renamed; a scan finds directories in it that are not watched yet
 * is moved out of the tree  | its watches are ended
 * is moved into the tree    | it is scanned; all its entries are reported
 * </pre>
 *
 * A scan may find a directory that has its name since a later event only, and the watch of that one would then take the
 * place of another one. {@link TreeMoves} finds that out by the kernel's confirmation. The order of the events cannot
 * be told then, so OVERFLOW is reported, and the tree is watched anew.
 */
final class InotifyTree extends InotifyStream {

    private final boolean recursive;
    /** Entries that a scan has reported, and whose event may still be queued. */
    private final Set<Path> announced = new HashSet<>();

    private final TreeMoves moves = new TreeMoves();

    InotifyTree(IoEventLoop loop, int priority, CoreSubscriber<? super Change> actual, Path root, boolean recursive) {
        super(loop, priority, actual, root);
        this.recursive = recursive;
    }

    @Override
    void watch(InotifyDirectories with) throws IOException {
        if (recursive) {
            new TreeScan(with, root()).run(List.of(root()), false);
        } else {
            with.addOrThrow(root());
        }
    }

    private TreeScan scan() {
        return new TreeScan(directories(), root());
    }

    private void scanFor(Path directory) {
        pauseFor(() -> scan().run(List.of(directory), false), this::announce);
    }

    private void announce(Listing listing) {
        if (!listing.isComplete()) {
            add(Change.of(ChangeKind.OVERFLOW, root(), true));
            return;
        }
        for (Listing.Found one : listing.found()) {
            announced.add(one.path());
            add(Change.of(ChangeKind.CREATED, one.path(), one.directory()));
        }
    }

    /** Ends the watches at and below a path, and forgets what was announced there. Returns whether there were any. */
    private boolean forget(Path directory) {
        announced.removeIf(path -> path.startsWith(directory));
        return directories().removeBelow(directory);
    }

    // ---- the loss of events

    @Override
    void overflowed() {
        if (recursive) {
            watchAnew();
        } else {
            add(Change.of(ChangeKind.OVERFLOW, root(), true));
        }
    }

    /** Reports the overflow once the tree is watched, so that whoever reads the state again then misses nothing. */
    private void watchAnew() {
        announced.clear();
        moves.clear();
        restart(exists -> {
            add(Change.of(ChangeKind.OVERFLOW, root(), true));
            if (!exists) {
                removed();
            }
        });
    }

    private void removed() {
        add(Change.of(ChangeKind.DELETED, root(), true));
        completeAfterReady();
    }

    // ---- events

    @Override
    void arrived(Iterable<InotifyEvents.Event> read) {
        TreeMoves.Missing missing = moves.incomplete(read);
        if (missing.confirmation()) {
            watchAnew();
        } else {
            leftTheTree(missing.places());
        }
    }

    @Override
    void self(InotifyEvents.Event event, Path directory) {
        if (!directory.equals(root())) {
            if (recursive && event.has(Inotify.MOVE_SELF)) {
                movedSelf(event.watch(), directory);
            }
            return; // the directory above reports all else
        }
        if (event.has(Inotify.ATTRIB)) {
            add(Change.of(ChangeKind.ATTRIBUTES, root(), true));
        } else if (event.has(Inotify.MOVE_SELF)) {
            add(Change.of(ChangeKind.MOVED_FROM, root(), true)); // its paths are wrong from now on
            completeAfterReady();
        } else if (event.has(Inotify.DELETE_SELF | Inotify.UNMOUNT | Inotify.IGNORED)) {
            removed();
        }
    }

    @Override
    void entry(InotifyEvents.Event event, Path directory) {
        Path path = directory.resolve(event.name());
        boolean isDirectory = event.isOfDirectory();
        if (event.has(Inotify.MODIFY)) {
            add(Change.of(ChangeKind.MODIFIED, path, isDirectory));
        } else if (event.has(Inotify.ATTRIB)) {
            add(Change.of(ChangeKind.ATTRIBUTES, path, isDirectory));
        } else if (isDirectory && moves.isUnconfirmed(path)) {
            watchAnew(); // the name has another directory, and the one that has moved was not the watched one
        } else if (event.has(Inotify.CREATE)) {
            created(path, isDirectory);
        } else if (event.has(Inotify.DELETE)) {
            deleted(path, isDirectory);
        } else if (event.has(Inotify.MOVED_FROM)) {
            movedFrom(event.move(), path, isDirectory);
        } else if (event.has(Inotify.MOVED_TO)) {
            movedTo(event.move(), path, isDirectory);
        }
        if (!announced.isEmpty() && !hasEvents() && isQueueEmpty()) {
            announced.clear();
        }
    }

    private void created(Path path, boolean isDirectory) {
        if (announced.remove(path)) {
            return; // by the scan of its directory, which has watched it too
        }
        add(Change.of(ChangeKind.CREATED, path, isDirectory));
        if (isDirectory && recursive) {
            scanFor(path);
        }
    }

    private void deleted(Path path, boolean isDirectory) {
        announced.remove(path);
        add(Change.of(ChangeKind.DELETED, path, isDirectory));
        if (isDirectory && recursive) {
            forget(path);
        }
    }

    private void movedFrom(long move, Path path, boolean isDirectory) {
        announced.remove(path);
        add(new Change(ChangeKind.MOVED_FROM, path, isDirectory, move));
        if (isDirectory && recursive) {
            moves.left(move, path);
        }
    }

    private void movedTo(long move, Path path, boolean isDirectory) {
        announced.remove(path);
        add(new Change(ChangeKind.MOVED_TO, path, isDirectory, move));
        if (!isDirectory || !recursive) {
            return;
        }
        Path from = moves.arrived(move);
        int watch = from == null ? 0 : directories().number(from);
        if (watch == 0) {
            pauseFor(() -> scan().arrived(path), this::announce);
        } else if (forget(path)) {
            watchAnew(); // it was a later directory, because one that is replaced has no watch any more
        } else {
            moves.expect(watch, from);
            directories().rename(from, path);
            rename(from, path);
            scanFor(path);
        }
    }

    private void movedSelf(int watch, Path path) {
        if (moves.confirm(watch)) {
            return;
        }
        if (moves.hasLeft(path)) {
            moves.gone(path);
            leftTheTree(List.of(path));
        } else {
            watchAnew();
        }
    }

    /**
     * What happens there is of no interest any more, unless a scan has found it in a directory that was not watched.
     */
    private void leftTheTree(Collection<Path> directories) {
        List<Path> places = new ArrayList<>();
        directories.forEach(from -> {
            places.addAll(directories().foundFrom(from));
            forget(from);
        });
        if (!places.isEmpty()) {
            pauseFor(() -> scan().run(places, true), this::announce);
        }
    }

    private void rename(Path from, Path to) {
        List<Path> below =
                announced.stream().filter(path -> path.startsWith(from)).toList();
        below.forEach(path -> {
            announced.remove(path);
            announced.add(to.resolve(from.relativize(path)));
        });
    }

    /** Whether no event is left that is older than the last scan. */
    private boolean isQueueEmpty() {
        return Io.available(directories().queue().number()) == 0;
    }
}
