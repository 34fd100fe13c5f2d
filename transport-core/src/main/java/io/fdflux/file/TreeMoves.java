package io.fdflux.file;

import io.fdflux.posix.io.Inotify;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The moves of directories that are not complete. Loop thread only.
 *
 * <p>A rename queues MOVED_FROM, MOVED_TO and, for the watch of the directory itself, MOVE_SELF, one behind the other:
 * fsnotify_move() in Linux's include/linux/fsnotify.h. A reader may read between them, so each of them is awaited until
 * the next read.
 */
final class TreeMoves {

    /** What a read of the queue did not bring. */
    record Missing(List<Path> places, boolean confirmation) {}

    /** Where directories were, by the number of the move, until their new place is known. */
    private final Map<Long, Path> left = new HashMap<>();
    /** Where watched directories were, by their watch, until the kernel confirms that it was them. */
    private final Map<Integer, Path> unconfirmed = new HashMap<>();

    void left(long move, Path from) {
        left.put(move, from);
    }

    /** Where the directory was that has arrived; null if it comes from elsewhere. */
    Path arrived(long move) {
        return left.remove(move);
    }

    /** The watch of the directory that has moved must be this one. */
    void expect(int watch, Path from) {
        unconfirmed.put(watch, from);
    }

    /** {@return whether this watch was expected to move} */
    boolean confirm(int watch) {
        return unconfirmed.remove(watch) != null;
    }

    /** {@return whether this directory has left for an unknown place} */
    boolean hasLeft(Path from) {
        return left.containsValue(from);
    }

    /** {@return whether the move of a directory from this path is unconfirmed} */
    boolean isUnconfirmed(Path from) {
        return unconfirmed.containsValue(from);
    }

    /** Takes the moves that stay incomplete, because these events of the next read do not complete them. */
    Missing incomplete(Iterable<InotifyEvents.Event> read) {
        if (left.isEmpty() && unconfirmed.isEmpty()) {
            return new Missing(List.of(), false);
        }
        Set<Long> places = new HashSet<>();
        Set<Integer> selves = new HashSet<>();
        read.forEach(event -> {
            if (event.has(Inotify.MOVED_TO)) {
                places.add(event.move());
            } else if (event.has(Inotify.MOVE_SELF)) {
                selves.add(event.watch());
            }
        });
        List<Path> gone = left.entrySet().stream()
                .filter(move -> !places.contains(move.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        left.keySet().retainAll(places);
        return new Missing(gone, !selves.containsAll(unconfirmed.keySet()));
    }

    void gone(Path from) {
        left.values().removeIf(from::equals);
    }

    void clear() {
        left.clear();
        unconfirmed.clear();
    }
}
