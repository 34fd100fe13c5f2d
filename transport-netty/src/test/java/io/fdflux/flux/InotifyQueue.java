package io.fdflux.flux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** The queue of inotify(7), which the kernel bounds. */
final class InotifyQueue {

    private InotifyQueue() {}

    /** Makes one change more than a queue holds, of two watched files in turn, because equal neighbours are merged. */
    static void overflow(Path one, Path other) throws IOException {
        // Files.readString reads one byte of such a file, whose size is 0, and the next read finds its end.
        int limit = Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/fs/inotify/max_queued_events"))
                .getFirst());
        for (int i = 0; i <= limit; i++) {
            Files.setLastModifiedTime(i % 2 == 0 ? one : other, FileTime.fromMillis(i));
        }
    }
}
