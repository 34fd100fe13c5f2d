package io.fdflux.file;

import io.fdflux.file.TailNames.Found;
import io.fdflux.file.TailNames.Wanted;
import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a {@link TailStream} does off the loop. May block. Immutable; a result owns what it has opened or read. */
record TailWork(TailFlux.Settings settings) {

    /** What the read of the first file has found. */
    sealed interface Outcome {

        /** Releases what was read. */
        default void release() {}

        /** Bytes; {@code last} if nothing is behind them, and the writer has begun the next file. */
        record Bytes(ByteBuf bytes, boolean last) implements Outcome {
            @Override
            public void release() {
                bytes.release();
            }
        }

        /** The file is shorter than what was read. */
        record Truncated() implements Outcome {}

        /** Nothing, and the writer has begun the next file. */
        record Finished() implements Outcome {}

        /** Nothing yet. */
        record End() implements Outcome {}
    }

    /** Opens files. One that is missing, or closed to this user, is perhaps between two steps of a rotation. */
    List<Found> open(List<Wanted> wanted) throws IOException {
        List<Found> found = new ArrayList<>();
        try {
            for (Wanted one : wanted) {
                found.add(open(one));
            }
            return found;
        } catch (Throwable t) {
            found.forEach(Found::close);
            throw t;
        }
    }

    private Found open(Wanted wanted) throws IOException {
        OpenedFile file;
        try {
            file = OpenedFile.open(wanted.path());
        } catch (NoSuchFileException e) {
            return new Found(wanted.holder(), null, 0, e);
        } catch (AccessDeniedException e) {
            if (wanted.first()) {
                throw e;
            }
            return new Found(wanted.holder(), null, 0, e);
        }
        try {
            return new Found(wanted.holder(), file, wanted.first() ? start(file) : 0, null);
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    private long start(OpenedFile file) throws IOException {
        return settings.start() == TailFlux.END ? file.size() : settings.start();
    }

    /** Whether the writer has begun a file behind the first one. */
    private static boolean isFollowed(OpenedFile... open) throws IOException {
        for (int i = 1; i < open.length; i++) {
            if (open[i].size() > 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads the first file.
     *
     * @param missing whether the name stands for no file
     */
    Outcome read(long position, boolean missing, OpenedFile... open) throws IOException {
        OpenedFile first = open[0];
        ByteBuf bytes = first.read(position, settings.chunk(), settings.allocator());
        try {
            boolean isFollowed = isFollowed(open);
            if (bytes == null && isFollowed) {
                bytes = first.read(position, settings.chunk(), settings.allocator());
            }
            if (bytes != null) {
                return new Outcome.Bytes(bytes, isFollowed && first.size() == position + bytes.readableBytes());
            }
            if (first.size() < position) {
                return new Outcome.Truncated();
            }
            if (!isFollowed && missing) {
                requireDirectory();
            }
            return isFollowed ? new Outcome.Finished() : new Outcome.End();
        } catch (Throwable t) {
            ReferenceCountUtil.release(bytes); // a cancellation closes the files meanwhile
            throw t;
        }
    }

    /** The kernel does not report the removal of a directory while a file of it is open: inotify(7), IN_DELETE_SELF. */
    private void requireDirectory() throws NoSuchFileException {
        Path directory = settings.path().toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(
                    directory.toString(),
                    null,
                    "the directory was removed or renamed, so " + settings.path() + " cannot appear");
        }
    }
}
