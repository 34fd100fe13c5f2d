package io.fdflux;

import io.fdflux.file.Change;
import io.fdflux.file.ChangesFlux;
import io.fdflux.file.FileReads;
import io.fdflux.file.FileWriteMono;
import io.fdflux.file.TailFlux;
import io.fdflux.loop.Placement;
import io.netty.buffer.ByteBuf;
import java.nio.file.FileSystems;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.stream.Stream;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Regular files as reactive streams: reading, writing, changes, and following the end of a file.
 *
 * <p><b>Threads.</b> A call on a file may wait for a disk. So files are read and written on threads of
 * {@code Schedulers.boundedElastic()}, and never on a loop. Signals of {@link #read}, {@link #write} and
 * {@link #append} come on those threads, signals of {@link #changes}, {@link #tail} and {@link #lines} on a loop.
 *
 * <p><b>Demand.</b> Each requested buffer is one read. Changes that nobody requests wait in the kernel, which bounds
 * them: {@link FileEvent.Kind#OVERFLOW} says that some were lost.
 *
 * <p>FIFOs, terminals and sockets are no regular files: {@link FdLoops#read(Path)} and {@link FdFlux} are for those.
 */
public final class FileFlux {

    private static final int CHUNK = 64 * 1024;

    private static final OpenOption[] CREATE_OR_TRUNCATE = {
        StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING
    };

    private FileFlux() {}

    // ---- reading

    /**
     * Reads a file from its first byte to its end, in chunks of 64 KiB.
     *
     * @param path of a regular file in the default file system
     * @return its bytes; <b>the subscriber releases every buffer</b>. Ends with {@link java.io.IOException}, such as
     *     {@link java.nio.file.NoSuchFileException}, if the file cannot be opened or read
     */
    public static Flux<ByteBuf> read(Path path) {
        return read(path, 0, Long.MAX_VALUE);
    }

    /**
     * Reads a part of a file, in chunks of 64 KiB.
     *
     * @param path     of a regular file in the default file system
     * @param position of the first byte, not negative
     * @param length   the most bytes, not negative
     * @return its bytes, as {@link #read(Path)}; fewer than the length if the file ends before
     */
    public static Flux<ByteBuf> read(Path path, long position, long length) {
        return read(path, position, length, ReadOptions.defaults());
    }

    /**
     * Reads a part of a file.
     *
     * @param path     of a regular file in the default file system
     * @param position of the first byte, not negative
     * @param length   the most bytes, not negative
     * @param options  for the buffers; a chunk size of 0, the default, means 64 KiB
     * @return its bytes, as {@link #read(Path)}; fewer than the length if the file ends before
     */
    public static Flux<ByteBuf> read(Path path, long position, long length, ReadOptions options) {
        Objects.requireNonNull(path, "path");
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "position and length are not negative: " + length + " bytes at " + position + " of " + path);
        }
        return FileReads.of(path, position, length, chunk(options), options.allocator());
    }

    private static int chunk(ReadOptions options) {
        return options.chunkSize() == 0 ? CHUNK : options.chunkSize();
    }

    // ---- writing

    /**
     * Writes buffers to a file. Opens it at subscription, and closes it before the Mono ends. If it cannot be opened,
     * the source is not subscribed to. Holds at most 32 buffers.
     *
     * @param path    of a regular file in the default file system
     * @param source  the buffers; each is released once it is written, or when the writing ends early
     * @param options options of {@link io.fdflux.posix.Descriptor#open}, WRITE included; none for CREATE
     *     and TRUNCATE_EXISTING
     * @return completes when the kernel has all bytes, which are not necessarily on the disk. Ends with
     *     {@link io.fdflux.posix.WriteFailedException}, which says how many bytes the kernel has taken, if a write
     *     fails. Ends with the source's error once the buffers before it are written
     */
    public static Mono<Void> write(Path path, Publisher<? extends ByteBuf> source, OpenOption... options) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(source, "source");
        OpenOption[] forWriting = Stream.concat(
                        Stream.of(StandardOpenOption.WRITE),
                        Stream.of(options.length == 0 ? CREATE_OR_TRUNCATE : options))
                .toArray(OpenOption[]::new);
        return new FileWriteMono(path, forWriting, source);
    }

    /**
     * Appends buffers to a file, which is created if it does not exist. Each write goes to the end of that moment, also
     * with other writers: O_APPEND of open(2).
     *
     * @param path   of a regular file in the default file system
     * @param source the buffers; each is released once it is written, or when the writing ends early
     * @return as {@link #write}
     */
    public static Mono<Void> append(Path path, Publisher<? extends ByteBuf> source) {
        return write(path, source, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    // ---- changes

    /**
     * Reports changes of a file, or of the entries of a directory.
     *
     * @param loops the loops to run on
     * @param path  a directory, or a file, which need not exist
     * @return the changes, as {@link #changes(FdLoops, Path, WatchOptions)}
     */
    public static Flux<FileEvent> changes(FdLoops loops, Path path) {
        return changes(loops, path, WatchOptions.defaults());
    }

    /**
     * Reports changes of a file, or of the entries of a directory.
     *
     * <p>A file is watched by its name: the events of every file that has the name are reported, through deletion,
     * creation and replacement. So an editor that saves by rename(2), and the rotation of a log, do not end the Flux.
     *
     * <p>Everything that happens after {@code onSubscribe} is reported, or OVERFLOW is. Changes through a memory
     * mapping are not, nor those that other machines make on a network file system.
     *
     * @param loops   the loops to run on
     * @param path    a directory, or a file, which need not exist but whose directory must, in the default file system
     * @param options recursion, polling
     * @return the changes. Completes after a watched directory was removed or renamed. Ends with
     *     {@link java.io.IOException} if the path cannot be watched: no such directory, no permission, no watch left
     *     (the message says which limit to raise), a network file system without {@link WatchOptions#polled}
     */
    public static Flux<FileEvent> changes(FdLoops loops, Path path, WatchOptions options) {
        return new ChangesFlux(placement(loops), requireDefault(path), options.recursive(), false, options.interval())
                .map(FileFlux::event);
    }

    private static FileEvent event(Change change) {
        FileEvent.Kind kind = switch (change.kind()) {
            case CREATED -> FileEvent.Kind.CREATED;
            case MODIFIED -> FileEvent.Kind.MODIFIED;
            case ATTRIBUTES -> FileEvent.Kind.ATTRIBUTES;
            case DELETED -> FileEvent.Kind.DELETED;
            case MOVED_FROM -> FileEvent.Kind.MOVED_FROM;
            case MOVED_TO -> FileEvent.Kind.MOVED_TO;
            case OVERFLOW -> FileEvent.Kind.OVERFLOW;
        };
        return new FileEvent(kind, change.path(), change.directory(), change.move());
    }

    private static Placement placement(FdLoops loops) {
        return Objects.requireNonNull(loops, "loops").placement();
    }

    private static Path requireDefault(Path path) {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(path + " is in " + path.getFileSystem()
                    + ", of which the operating system knows nothing; a file of the default file system is needed");
        }
        return path;
    }

    // ---- following

    /**
     * Follows the end of a file, as tail -F does.
     *
     * @param loops the loops to run on
     * @param path  a file, which need not exist but whose directory must
     * @return its bytes, as {@link #tail(FdLoops, Path, TailOptions)}
     */
    public static Flux<ByteBuf> tail(FdLoops loops, Path path) {
        return tail(loops, path, TailOptions.defaults());
    }

    /**
     * Follows the end of a file. When another file gets its name, the old one is read to its end, and then the new one
     * from its first byte. When the file is truncated, reading begins again at its first byte.
     *
     * <p>No byte is lost or repeated, with these exceptions: bytes that are truncated before they were requested; a
     * file that is truncated and at once written again beyond the position that was read; a file that has the name only
     * for an instant; a writer that writes to the old file after it has begun the new one.
     *
     * @param loops   the loops to run on
     * @param path    a file, which need not exist but whose directory must, in the default file system
     * @param options start, buffers, polling
     * @return its bytes; <b>the subscriber releases every buffer</b>. Never completes. Ends with
     *     {@link java.io.IOException} if the path cannot be watched or read, and if the subscriber is 16
     *     rotations behind
     */
    public static Flux<ByteBuf> tail(FdLoops loops, Path path, TailOptions options) {
        return TailFlux.bytes(placement(loops), settings(path, options));
    }

    /**
     * Follows the lines of a file, in UTF-8.
     *
     * @param loops the loops to run on
     * @param path  a file, which need not exist but whose directory must
     * @return its lines, as {@link #lines(FdLoops, Path, TailOptions)}
     */
    public static Flux<String> lines(FdLoops loops, Path path) {
        return lines(loops, path, TailOptions.defaults());
    }

    /**
     * Follows the lines of a file, as {@link #tail(FdLoops, Path, TailOptions)} follows its bytes. A line is delivered
     * when its end is read, or when its file was replaced or truncated.
     *
     * @param loops   the loops to run on
     * @param path    a file, which need not exist but whose directory must, in the default file system
     * @param options start, encoding, polling
     * @return its lines, without LF or CR LF. Ends with {@link java.io.IOException} for a line that is too long
     */
    public static Flux<String> lines(FdLoops loops, Path path, TailOptions options) {
        return TailFlux.lines(placement(loops), settings(path, options), options.charset(), options.longestLine());
    }

    private static TailFlux.Settings settings(Path path, TailOptions options) {
        return new TailFlux.Settings(
                requireDefault(path),
                options.start(),
                options.interval(),
                chunk(options.reading()),
                options.reading().allocator());
    }
}
