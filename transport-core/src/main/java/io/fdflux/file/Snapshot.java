package io.fdflux.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The state of a file, or of the entries of a directory, to be compared with a later one. Immutable.
 *
 * @param root    the watched path
 * @param isGone  whether a watched directory does not exist any more
 * @param entries by path; a watched file has one entry while it exists
 */
record Snapshot(Path root, boolean isGone, Map<Path, Entry> entries) {

    private static final Comparator<Change> DEPTH =
            Comparator.comparingInt(change -> change.path().getNameCount());

    private static final String ATTRIBUTES =
            "unix:fileKey,isDirectory,isRegularFile,size,lastModifiedTime,creationTime,mode,uid,gid";

    /**
     * One file.
     *
     * @param key        equal for all names of one file
     * @param directory  whether it is one
     * @param regular    whether it is a regular file
     * @param size       in bytes
     * @param modified   time of the last change of its content
     * @param created    time of its creation, or that of the last change where the system does not know it
     * @param attributes owner and permissions
     */
    record Entry(
            Object key,
            boolean directory,
            boolean regular,
            Object size,
            Object modified,
            Object created,
            Object attributes) {

        static Entry of(Path path, LinkOption... options) throws IOException {
            Map<String, Object> all = Files.readAttributes(path, ATTRIBUTES, options);
            boolean directory = (Boolean) all.get("isDirectory");
            return new Entry(
                    all.get("fileKey"),
                    directory,
                    (Boolean) all.get("isRegularFile"),
                    directory ? 0 : all.get("size"),
                    directory ? 0 : all.get("lastModifiedTime"), // a directory's changes with its entries
                    all.get("creationTime"),
                    List.of(all.get("mode"), all.get("uid"), all.get("gid")));
        }

        boolean isSameFile(Entry other) {
            return Objects.equals(key, other.key) && directory == other.directory;
        }

        /** Whether this is the other one under a new name, and not a new file that got the number of a removed one. */
        boolean isRenamed(Entry other) {
            return isSameFile(other) && (created.equals(other.created) || !directory && hasSameContent(other));
        }

        boolean hasSameContent(Entry other) {
            return size.equals(other.size) && modified.equals(other.modified);
        }
    }

    /** The state of one file, whichever file its name stands for. May block. */
    static Snapshot ofFile(Path file) throws IOException {
        try {
            return new Snapshot(file, false, Map.of(file, Entry.of(file)));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new Snapshot(file, false, Map.of());
        }
    }

    /** The state of a directory's entries. May block. Entries that vanish meanwhile are left out. */
    static Snapshot ofDirectory(Path root, boolean recursive) throws IOException {
        Map<Path, Entry> entries = new LinkedHashMap<>();
        ArrayDeque<Path> left = new ArrayDeque<>(List.of(root));
        while (!left.isEmpty()) {
            Path directory = left.poll();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
                for (Path path : stream) {
                    Entry entry = entryOrNull(path);
                    if (entry != null) {
                        entries.put(path, entry);
                        if (entry.directory() && recursive) {
                            left.add(path);
                        }
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            } catch (AccessDeniedException e) {
                if (directory.equals(root)) {
                    throw e; // any other one is closed to this user
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                if (directory.equals(root)) {
                    return new Snapshot(root, true, Map.of());
                }
            }
        }
        return new Snapshot(root, false, entries);
    }

    private static Entry entryOrNull(Path path) throws IOException {
        try {
            return Entry.of(path, LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException e) {
            return null; // vanished since it was listed, or closed to this user
        }
    }

    /**
     * What has changed since an earlier state. Removals come first, because a rename may replace a file. Then
     * everything that was moved leaves its place, entries before their directory, and then it gets its new place. What
     * is new or was changed comes last.
     *
     * @param lastMove the number of the last move; the moves here have the next numbers
     */
    List<Change> since(Snapshot before, long lastMove) {
        List<Change> changes = new ArrayList<>();
        Map<Object, Path> appeared = new HashMap<>();
        entries.forEach((path, entry) -> {
            Entry old = before.entries.get(path);
            if (old == null || !old.isSameFile(entry)) {
                appeared.put(entry.key(), path);
            }
        });
        Map<Path, Long> moved = new HashMap<>();
        List<Change> from = new ArrayList<>();
        List<Change> to = new ArrayList<>();
        before.entries.forEach((path, old) -> {
            Entry now = entries.get(path);
            if (now != null && now.isSameFile(old)) {
                return;
            }
            Path place = appeared.get(old.key());
            if (place != null && entries.get(place).isRenamed(old) && !moved.containsKey(place)) {
                long move = lastMove + moved.size() + 1;
                moved.put(place, move);
                from.add(new Change(ChangeKind.MOVED_FROM, path, old.directory(), move));
                to.add(new Change(ChangeKind.MOVED_TO, place, old.directory(), move));
            } else {
                changes.add(Change.of(ChangeKind.DELETED, path, old.directory()));
            }
        });
        from.sort(DEPTH.reversed());
        to.sort(DEPTH);
        changes.addAll(from);
        changes.addAll(to);
        entries.forEach((path, entry) -> {
            Entry old = before.entries.get(path);
            if (moved.containsKey(path)) {
                return;
            }
            if (old == null || !old.isSameFile(entry)) {
                changes.add(Change.of(ChangeKind.CREATED, path, entry.directory()));
            } else {
                if (!old.hasSameContent(entry)) {
                    changes.add(Change.of(ChangeKind.MODIFIED, path, entry.directory()));
                }
                if (!old.attributes().equals(entry.attributes())) {
                    changes.add(Change.of(ChangeKind.ATTRIBUTES, path, entry.directory()));
                }
            }
        });
        if (isGone) {
            changes.add(Change.of(ChangeKind.DELETED, root, true));
        }
        return changes;
    }
}
