package io.fdflux.file;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Inotify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The watched directories of an inotify(7) queue. Closes the queue. Thread-safe: a scan adds directories while the loop
 * asks for their paths.
 *
 * <p>A watch follows its directory when that is renamed, so the paths are renamed here, as the events are handled. A
 * path is that of the last event, and perhaps not that of now.
 */
final class InotifyDirectories implements AutoCloseable {

    private static final int MASK = Inotify.MODIFY
            | Inotify.ATTRIB
            | Inotify.MOVED_FROM
            | Inotify.MOVED_TO
            | Inotify.CREATE
            | Inotify.DELETE
            | Inotify.DELETE_SELF
            | Inotify.MOVE_SELF;

    private final Descriptor queue;
    private final Map<Integer, Path> paths = new HashMap<>();
    private final Map<Path, Integer> numbers = new HashMap<>();
    /** Where watched directories were found whose path is another one. */
    private final Map<Integer, Path> found = new HashMap<>();

    InotifyDirectories() throws IOException {
        queue = Inotify.open();
    }

    Descriptor queue() {
        return queue;
    }

    /** What is known of a directory. */
    enum Place {
        /** It was not watched before. */
        NEW,
        /** It is watched under this path. */
        KNOWN,
        /** It is watched under another path, which it keeps until the event of its move is handled. */
        ELSEWHERE
    }

    /**
     * The result of {@link #add}.
     *
     * @param watch its number, or {@code -errno}
     * @param place what was known of the directory
     */
    record Added(int watch, Place place) {}

    /** Watches a directory. */
    synchronized Added add(Path directory) {
        int watch = watch(directory);
        if (watch < 0) {
            return new Added(watch, Place.NEW);
        }
        Path known = paths.putIfAbsent(watch, directory);
        if (known == null) {
            numbers.put(directory, watch);
            return new Added(watch, Place.NEW);
        }
        if (known.equals(directory)) {
            return new Added(watch, Place.KNOWN);
        }
        found.put(watch, directory);
        return new Added(watch, Place.ELSEWHERE);
    }

    /** Returns the number of a watch, which is not noted here, or {@code -errno}. */
    private int watch(Path directory) {
        if (!queue.lease()) {
            return -Errno.EBADF;
        }
        try {
            return Inotify.add(queue, directory, MASK);
        } finally {
            queue.releaseUnchecked();
        }
    }

    /** {@return whether a path stands for the directory of this watch now} */
    synchronized boolean isAt(int watch, Path directory) {
        int now = watch(directory);
        if (now > 0 && !paths.containsKey(now)) {
            end(now);
        }
        return now == watch;
    }

    /** {@return whether a path stands for the directory that is watched there} */
    synchronized boolean isInPlace(Path directory) {
        int watch = number(directory);
        return watch > 0 && isAt(watch, directory);
    }

    /** The watch of a path, 0 if there is none. */
    synchronized int number(Path directory) {
        return numbers.getOrDefault(directory, 0);
    }

    /** Where the directories at and below a path were found by other paths. */
    synchronized List<Path> foundFrom(Path directory) {
        List<Path> places = new ArrayList<>();
        found.forEach((watch, place) -> {
            if (paths.get(watch).startsWith(directory)) {
                places.add(place);
            }
        });
        return places;
    }

    /** Watches a directory that must exist. */
    int addOrThrow(Path directory) throws IOException {
        int watch = add(directory).watch();
        if (watch < 0) {
            throw Inotify.exception(directory, -watch);
        }
        return watch;
    }

    /** The path of a watch, null if it is gone. */
    synchronized Path path(int watch) {
        return paths.get(watch);
    }

    /** Forgets a watch that the kernel has ended. Returns its path, or null. */
    synchronized Path ended(int watch) {
        found.remove(watch);
        Path path = paths.remove(watch);
        if (path != null) {
            numbers.remove(path, watch);
        }
        return path;
    }

    /** Renames the directories at and below a path. */
    synchronized void rename(Path from, Path to) {
        found.remove(number(from), to); // a place that it has later stays
        found.replaceAll((watch, path) -> renamed(path, from, to));
        paths.replaceAll((watch, path) -> {
            Path renamed = renamed(path, from, to);
            numbers.remove(path, watch);
            numbers.put(renamed, watch);
            return renamed;
        });
    }

    private static Path renamed(Path path, Path from, Path to) {
        return path.startsWith(from) ? to.resolve(from.relativize(path)) : path;
    }

    /** Ends the watches at and below a path. Returns whether the kernel had one that it had not ended itself. */
    synchronized boolean removeBelow(Path path) {
        List<Integer> below = new ArrayList<>();
        paths.forEach((watch, watched) -> {
            if (watched.startsWith(path)) {
                below.add(watch);
            }
        });
        boolean live = false;
        for (int watch : below) {
            live |= remove(watch);
        }
        return live;
    }

    /** Ends a watch. Returns false if the kernel had ended it. */
    synchronized boolean remove(int watch) {
        return ended(watch) != null && end(watch);
    }

    private boolean end(int watch) {
        if (!queue.lease()) {
            return false;
        }
        try {
            return Inotify.remove(queue, watch) == 0; // EINVAL if the kernel has ended it already
        } finally {
            queue.releaseUnchecked();
        }
    }

    @Override
    public void close() {
        queue.closeUnchecked();
    }
}
