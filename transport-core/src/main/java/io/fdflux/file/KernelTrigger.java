package io.fdflux.file;

import io.fdflux.posix.Descriptor;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Compares when the kernel reports a change of an open file or directory: {@link io.fdflux.spi.SourceKind#FILE}. Each
 * of them takes a descriptor. Files that this user may not read are not watched; a change of their directory is.
 */
final class KernelTrigger implements Trigger {

    /** A file that {@link #prepare} has opened, or that is to stay watched. */
    private record Target(Object key, Descriptor descriptor) {}

    private final IoEventLoop loop;
    private final int priority;
    private final Path root;
    private final boolean asFile;

    // Guarded by this object: prepared off the loop, used on the loop.
    private Map<Path, Target> targets = Map.of();
    private boolean closed;

    /** Loop thread only. */
    private final Map<Target, WatchedFile> watched = new HashMap<>();

    /** Creates a trigger; {@code priority} is that of the reports in a pass of the loop. */
    KernelTrigger(IoEventLoop loop, int priority, Path root, boolean asFile) {
        this.loop = loop;
        this.priority = priority;
        this.root = root;
        this.asFile = asFile;
    }

    // ---- off the loop

    @Override
    public boolean prepare(Snapshot files) throws IOException {
        Map<Path, Object> wanted = wanted(files);
        Map<Path, Target> before = targets();
        Map<Path, Target> now = new HashMap<>();
        Map<Path, Target> opened = new HashMap<>();
        try {
            for (Map.Entry<Path, Object> one : wanted.entrySet()) {
                Target known = before.get(one.getKey());
                if (known != null && Objects.equals(known.key(), one.getValue())) {
                    now.put(one.getKey(), known);
                } else {
                    open(one.getKey(), one.getValue(), opened);
                }
            }
        } catch (Throwable t) {
            opened.values().forEach(target -> target.descriptor().closeUnchecked());
            throw t;
        }
        now.putAll(opened);
        synchronized (this) {
            if (closed) {
                opened.values().forEach(target -> target.descriptor().closeUnchecked());
                return false;
            }
            targets = now;
        }
        return !opened.isEmpty();
    }

    private static void open(Path path, Object key, Map<Path, Target> opened) throws IOException {
        try {
            opened.put(path, new Target(key, Descriptor.open(path)));
        } catch (NoSuchFileException | NotDirectoryException | AccessDeniedException e) {
            // It has vanished, which its directory reports, or is closed to this user.
        }
    }

    /** The files to watch, each with what identifies it. */
    private Map<Path, Object> wanted(Snapshot files) throws IOException {
        Map<Path, Object> wanted = new HashMap<>();
        if (asFile) {
            for (Path hop : Hops.of(root.toAbsolutePath())) {
                addDirectory(hop.getParent(), wanted);
            }
        } else {
            addDirectory(root, wanted);
        }
        files.entries().forEach((path, entry) -> {
            if (entry.directory() || entry.regular()) { // a FIFO would be opened for its writers
                wanted.put(path, entry.key());
            }
        });
        return wanted;
    }

    private static void addDirectory(Path directory, Map<Path, Object> wanted) throws IOException {
        try {
            wanted.put(directory, Snapshot.Entry.of(directory).key());
        } catch (NoSuchFileException | NotDirectoryException e) {
            // The target of a link that points nowhere, or the directory is removed right now.
        }
    }

    // ---- on the loop

    @Override
    public void arm(Runnable changed, Consumer<? super Throwable> failed) {
        Map<Path, Target> now = targets();
        watched.entrySet().removeIf(one -> {
            boolean gone = !now.containsValue(one.getKey());
            if (gone) {
                one.getValue().end();
            }
            return gone;
        });
        now.forEach((path, target) -> {
            if (!watched.containsKey(target) && !isClosed()) { // a refusal has closed it
                WatchedFile file = new WatchedFile(path, target.descriptor(), priority, changed, failed);
                watched.put(target, file);
                file.register(loop);
            }
        });
        List.copyOf(watched.values()).forEach(WatchedFile::want);
    }

    private synchronized Map<Path, Target> targets() {
        return targets;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        Map<Path, Target> left;
        synchronized (this) {
            closed = true;
            left = targets;
            targets = Map.of();
        }
        watched.values().forEach(WatchedFile::end);
        watched.clear();
        left.values().forEach(target -> target.descriptor().closeUnchecked()); // a second close has no effect
    }
}
