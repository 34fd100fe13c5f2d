package io.fdflux.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The files that have, or had, the name that is followed, and are not open for good: oldest first. Loop thread only.
 *
 * <p>The kernel reports names, and a file is opened by its name a little later, when it may be another file's. So an
 * open file counts only once all changes are handled that happened before it was opened:
 *
 * <pre>
 * the reports up to the opening say  | the file that was opened, if any         | and if none was
 * -----------------------------------+------------------------------------------+---------------------------------
 * nothing of this name               | is the one                               | it is closed to us: tried again
 * it was moved within the directory  | is opened anew under its new name        | the same
 * it was removed, or moved away      | is the one, if no newer one is it        | it is lost; an error if it may
 *                                    |                                          | have had bytes
 * </pre>
 */
final class TailNames {

    /** How a file is known of. */
    private enum Origin {
        /** It had the name at the subscription, if there was one. The start position is meant for it. */
        FIRST,
        /** The kernel has reported that it got the name. */
        REPORTED,
        /** The name may be another file's. */
        ASSUMED,
        /** The same, because the kernel has dropped reports. */
        AFTER_LOSS
    }

    /** One file. */
    static final class Holder {
        private final Origin origin;
        /** Where it is; null if it has no name that is known. */
        private Path path;
        /** The move that it was last seen in; 0 if that is complete. */
        private long move;

        private boolean mayHaveBytes;
        private OpenedFile file;
        private long position;
        /** Why it cannot be opened; null if nothing was refused since the last report. */
        private IOException refusal;
        /** Its name has changed since it was opened, or since that was begun. */
        private boolean changed;

        private boolean opening;

        private Holder(Path path, Origin origin) {
            this.path = path;
            this.origin = origin;
        }

        /** Whether nobody has reported it: it may not exist. */
        private boolean isAssumed() {
            return origin != Origin.REPORTED;
        }

        private void leaves(Path to, long by) {
            path = to;
            move = by;
            changed = true;
            refusal = null;
        }

        private boolean wantsOpening() {
            return path != null && (file == null ? refusal == null : changed);
        }

        private boolean isUnknown() {
            return file == null && path == null;
        }

        OpenedFile file() {
            return file;
        }

        /** Where reading begins, bytes. */
        long position() {
            return position;
        }
    }

    private final Path name;
    private final List<Holder> holders = new ArrayList<>();
    /** Whether some file has the name, as far as it was reported. */
    private boolean held = true;

    /** Begins with the file that has the name now, if there is one. */
    TailNames(Path name) {
        this.name = name;
        holders.add(new Holder(name, Origin.FIRST));
    }

    // ---- what is reported

    /** Handles a report of a watch that reports every move. */
    void changed(Change change) {
        Path path = change.path();
        switch (change.kind()) {
            case CREATED -> {
                left(path, 0);
                if (path.equals(name)) {
                    hold(Origin.REPORTED);
                }
            }
            case MOVED_TO -> {
                left(path, 0);
                boolean known = arrived(change.move(), path);
                if (path.equals(name) && !known) {
                    hold(Origin.REPORTED).mayHaveBytes = true;
                }
            }
            case MOVED_FROM -> left(path, change.move());
            case DELETED -> left(path, 0);
            case MODIFIED -> at(path).forEach(holder -> holder.mayHaveBytes = true);
            case ATTRIBUTES -> {}
            case OVERFLOW -> hold(Origin.AFTER_LOSS);
        }
        if (path.equals(name)) {
            held = switch (change.kind()) {
                case MOVED_FROM, DELETED -> false;
                default -> true;
            };
            at(name).forEach(holder -> holder.refusal = null);
        }
    }

    /** The name may be another file's. */
    void mayHaveChanged() {
        Holder last = holders.isEmpty() ? null : holders.getLast();
        if (last == null || last.opening || last.file != null) {
            hold(Origin.ASSUMED);
        }
    }

    private Holder hold(Origin origin) {
        Holder holder = new Holder(name, origin);
        holders.add(holder);
        held = true;
        return holder;
    }

    private List<Holder> at(Path path) {
        return holders.isEmpty()
                ? List.of()
                : holders.stream().filter(holder -> path.equals(holder.path)).toList();
    }

    /** A file has lost its name: by a move, or for good, which is 0. */
    private void left(Path path, long move) {
        at(path).forEach(holder -> holder.leaves(null, move));
    }

    private boolean arrived(long move, Path path) {
        List<Holder> moved = holders.stream()
                .filter(holder -> holder.path == null && holder.move == move)
                .toList();
        moved.forEach(holder -> holder.leaves(path, 0));
        return !moved.isEmpty();
    }

    // ---- opening

    /** A file that is to be opened; {@code holder} is only passed on. */
    record Wanted(Holder holder, Path path, boolean first) {}

    /** What was found; {@code file} is null if it could not be opened, and {@code refusal} says why. */
    record Found(Holder holder, OpenedFile file, long position, IOException refusal) {
        void close() {
            if (file != null) {
                file.close();
            }
        }
    }

    /** {@return whether there are files to open} */
    boolean wantsOpening() {
        return holders.stream().anyMatch(Holder::wantsOpening);
    }

    /** Begins to open: {@link #opened} must follow. */
    List<Wanted> open() {
        List<Wanted> wanted = new ArrayList<>();
        for (Holder holder : holders) {
            if (holder.wantsOpening()) {
                holder.changed = false;
                holder.opening = true;
                wanted.add(new Wanted(holder, holder.path, holder.origin == Origin.FIRST));
            }
        }
        return wanted;
    }

    /** Takes what was found. A file that was found before is kept if there is none now: it may have been removed. */
    void opened(List<Found> found) {
        for (Found one : found) {
            Holder holder = one.holder();
            holder.opening = false;
            if (one.file() != null) {
                if (holder.file != null) {
                    holder.file.closeOffLoop();
                }
                holder.file = one.file();
                holder.position = one.position();
            }
            holder.refusal = holder.changed ? null : one.refusal();
        }
    }

    // ---- settling

    /**
     * Takes the oldest file, if it is certain which one it is. All changes up to the last opening must be handled.
     *
     * @param isKnown whether a file is open already
     * @param last    whether a file is the newest one that is open already
     * @return a file that is new, which the caller closes; null if there is none, or none is certain
     * @throws IOException if a file is lost
     */
    Holder settled(Predicate<OpenedFile> isKnown, Predicate<OpenedFile> last) throws IOException {
        while (!holders.isEmpty() && !wantsOpening()) {
            Holder oldest = holders.getFirst();
            if (oldest.file == null && !isGone(oldest)) {
                return null;
            }
            holders.removeFirst();
            if (oldest.file != null) {
                held |= name.equals(oldest.path);
                if (isNew(oldest, isKnown, last)) {
                    return oldest;
                }
                oldest.file.closeOffLoop();
            }
        }
        return null;
    }

    /** Whether a file that is not open is not waited for any more. */
    private boolean isGone(Holder holder) throws IOException {
        if (holder.path == null) {
            if (holder.move == 0) {
                requireNothingLost(holder);
            }
            return holder.move == 0;
        }
        if (holder.isAssumed()) {
            held &= !name.equals(holder.path);
            return true;
        }
        if (!name.equals(holder.path)) {
            throw holder.refusal;
        }
        return false;
    }

    private boolean isNew(Holder holder, Predicate<OpenedFile> isKnown, Predicate<OpenedFile> last) throws IOException {
        boolean isNewer = holder.path == null
                && holders.stream().anyMatch(other -> other.file != null && other.file.isSameFile(holder.file));
        boolean mayBeNewer = holder.path == null && holders.stream().anyMatch(Holder::isUnknown);
        try {
            if (isNewer || mayBeNewer) {
                requireNothingLost(holder);
            }
            if (holder.origin == Origin.AFTER_LOSS && !last.test(holder.file)) {
                throw new IOException("the kernel has dropped reports of " + name + ", which is another file by now:"
                        + " files between may be lost; raise fs.inotify.max_queued_events");
            }
        } catch (IOException e) {
            holder.file.closeOffLoop();
            throw e;
        }
        return !isNewer && !isKnown.test(holder.file);
    }

    private void requireNothingLost(Holder holder) throws IOException {
        if (!holder.isAssumed() && holder.mayHaveBytes) {
            throw new IOException("a file that had the name " + name
                    + " for an instant was removed, replaced or moved elsewhere before it could be opened");
        }
    }

    /** {@return the file that has lost its name by a move whose other half is awaited; null if there is none} */
    Holder awaitsMove() {
        Holder oldest = holders.isEmpty() ? null : holders.getFirst();
        return oldest != null && oldest.isUnknown() && oldest.move != 0 ? oldest : null;
    }

    /** Gives up the other half of a move. */
    void movedElsewhere(Holder holder) {
        holder.move = 0;
    }

    // ---- state

    /** {@return how many files are reported, not gone, and not open for good} */
    long count() {
        return holders.stream()
                .filter(holder -> !holder.isAssumed() && !holder.isUnknown())
                .count();
    }

    /** {@return whether the file at the subscription is not known yet} */
    boolean awaitsFirst() {
        return !holders.isEmpty() && holders.getFirst().origin == Origin.FIRST;
    }

    /** {@return whether no file has the name, or one that cannot be opened} */
    boolean isMissing() {
        return !held || at(name).stream().anyMatch(holder -> holder.refusal != null);
    }

    void close() {
        holders.stream().filter(holder -> holder.file != null).forEach(holder -> holder.file.closeOffLoop());
        holders.clear();
    }
}
