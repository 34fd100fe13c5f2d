package io.fdflux.file;

import io.fdflux.posix.io.Inotify;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.CoreSubscriber;

/**
 * Changes of one file from inotify(7), whichever file its name stands for: it need not exist, and may be replaced.
 *
 * <p>The directory is watched, not the file, because a watch of a file stays with that file when it is renamed. So the
 * kernel reports changes of its neighbours too, which are dropped here unless they are asked for. Symbolic links are
 * followed, and their directories are watched too.
 */
final class InotifyFile extends InotifyStream {

    /**
     * What is watched.
     *
     * @param own   the watch of the directory of the file's own name
     * @param names the names in each watched directory, by the number of its watch
     * @param link  whether the file's own name is a symbolic link
     */
    private record Watched(int own, Map<Integer, Set<Path>> names, boolean link) {

        boolean has(InotifyEvents.Event event) {
            return names.getOrDefault(event.watch(), Set.of()).contains(event.name());
        }
    }

    /** What is reported of other entries of the directory. */
    private static final int NEIGHBOURS = Inotify.MOVED_FROM | Inotify.MOVED_TO | Inotify.DELETE;

    private final boolean neighbours;
    private Watched watched;

    /** Creates a stream; {@code neighbours} asks for the moves and removals in the directory of the file as well. */
    InotifyFile(IoEventLoop loop, int priority, CoreSubscriber<? super Change> actual, Path file, boolean neighbours) {
        super(loop, priority, actual, file);
        this.neighbours = neighbours;
    }

    @Override
    void watch(InotifyDirectories with) throws IOException {
        watched = watchNames(with);
    }

    /** May block. Watching a directory again changes nothing. */
    private Watched watchNames(InotifyDirectories with) throws IOException {
        List<Path> hops = Hops.of(root().toAbsolutePath());
        int own = with.addOrThrow(hops.getFirst().getParent());
        Map<Integer, Set<Path>> names = new HashMap<>();
        for (Path hop : hops) {
            int watch = hop.equals(hops.getFirst())
                    ? own
                    : with.add(hop.getParent()).watch();
            if (watch > 0) { // else the link points nowhere
                names.computeIfAbsent(watch, number -> new HashSet<>()).add(hop.getFileName());
            }
        }
        return new Watched(own, names, hops.size() > 1);
    }

    private void watchAgain(Change because) {
        pauseFor(() -> watchNames(directories()), again -> {
            watched.names().keySet().stream()
                    .filter(watch -> !again.names().containsKey(watch))
                    .forEach(directories()::remove);
            watched = again;
            add(because); // once its directory is watched, so that nothing after it is missed
        });
    }

    @Override
    void overflowed() {
        watchAgain(Change.of(ChangeKind.OVERFLOW, root(), false));
    }

    @Override
    void self(InotifyEvents.Event event, Path directory) {
        if (!event.has(Inotify.DELETE_SELF | Inotify.MOVE_SELF | Inotify.UNMOUNT | Inotify.IGNORED)) {
            return;
        }
        if (event.watch() != watched.own()) {
            watchAgain(Change.of(ChangeKind.DELETED, root(), false)); // the target of a link
            return;
        }
        fail(new NoSuchFileException(
                directory.toString(), null, "the directory was removed or renamed, so " + root() + " cannot appear"));
    }

    @Override
    void entry(InotifyEvents.Event event, Path directory) {
        ChangeKind kind = kind(event);
        if (kind == null) {
            return;
        }
        if (!watched.has(event)) {
            if (neighbours && event.watch() == watched.own() && event.has(NEIGHBOURS)) {
                add(new Change(kind, directory.resolve(event.name()), event.isOfDirectory(), event.move()));
            }
            return;
        }
        Change change = new Change(kind, root(), event.isOfDirectory(), event.move());
        if (event.has(Inotify.CREATE | Inotify.MOVED_TO)) {
            watchAgain(change); // perhaps a symbolic link
        } else {
            add(change);
        }
    }

    private static ChangeKind kind(InotifyEvents.Event event) {
        if (event.has(Inotify.CREATE)) {
            return ChangeKind.CREATED;
        } else if (event.has(Inotify.MOVED_TO)) {
            return ChangeKind.MOVED_TO;
        } else if (event.has(Inotify.MOVED_FROM)) {
            return ChangeKind.MOVED_FROM;
        } else if (event.has(Inotify.DELETE)) {
            return ChangeKind.DELETED;
        } else if (event.has(Inotify.MODIFY)) {
            return ChangeKind.MODIFIED;
        }
        return event.has(Inotify.ATTRIB) ? ChangeKind.ATTRIBUTES : null;
    }

    @Override
    boolean reportsEveryMove() {
        return neighbours && !watched.link();
    }
}
