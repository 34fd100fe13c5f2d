package io.fdflux.file;

import io.fdflux.loop.EngineEventLoop;
import io.fdflux.loop.Placement;
import io.fdflux.posix.io.Inotify;
import io.fdflux.spi.SourceKind;
import io.netty.channel.IoEventLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;

/**
 * The changes of a file, or of the entries of a directory. It chooses how to learn of them:
 *
 * <pre>
 * condition                           | way
 * ------------------------------------+--------------------------------------------------------------------
 * an interval is set                  | {@link SnapshotStream}: the files are compared each time
 * the loop offers SourceKind.FILE     | {@link SnapshotStream}: the files are compared after each report
 * Linux                               | {@link InotifyTree}, {@link InotifyFile}
 * </pre>
 *
 * The subscription is a {@link ChangeStream}, unless subscribing fails.
 */
public final class ChangesFlux extends Flux<Change> {

    private final Placement where;
    private final Path path;
    private final boolean recursive;
    private final boolean fileOnly;
    private final Duration interval;

    /**
     * Creates a Flux of changes.
     *
     * @param where     chooses the loop of a subscription, and the place of its reports in a pass
     * @param path      a file, which need not exist, or a directory
     * @param recursive whether a directory's whole tree is watched
     * @param fileOnly  whether the path is watched as a file even if it is a directory; where the kernel tells them,
     *                  moves and removals of the other entries of its directory are reported too
     * @param interval  of the comparisons; null to be notified by the kernel
     */
    public ChangesFlux(Placement where, Path path, boolean recursive, boolean fileOnly, Duration interval) {
        this.where = where;
        this.path = path;
        this.recursive = recursive;
        this.fileOnly = fileOnly;
        this.interval = interval;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Change> actual) {
        try {
            Schedulers.boundedElastic().schedule(() -> choose(actual));
        } catch (RejectedExecutionException e) {
            Operators.error(actual, e);
        }
    }

    /** Finds out what may block. Then only the loop knows whether its poller watches files. */
    private void choose(CoreSubscriber<? super Change> actual) {
        try {
            IoEventLoop loop = where.nextLoop();
            boolean asFile = fileOnly || !Files.isDirectory(path);
            if (interval == null) {
                Path directory = asFile ? path.toAbsolutePath().getParent() : path;
                if (directory != null) {
                    NetworkFiles.refuse(directory);
                }
            }
            loop.execute(() -> subscribe(actual, loop, asFile));
        } catch (RejectedExecutionException e) {
            Operators.error(
                    actual,
                    new IllegalStateException("the loops have been closed; changes(" + path + ") is not possible", e));
        } catch (Throwable t) {
            Operators.error(actual, t);
        }
    }

    private void subscribe(CoreSubscriber<? super Change> actual, IoEventLoop loop, boolean asFile) {
        ChangeStream stream;
        if (interval != null) {
            stream = new SnapshotStream(loop, actual, path, asFile, recursive, new IntervalTrigger(loop, interval));
        } else if (loop instanceof EngineEventLoop engine && engine.offers(SourceKind.FILE)) {
            Trigger trigger = new KernelTrigger(loop, where.priority(), path, asFile);
            stream = new SnapshotStream(loop, actual, path, asFile, recursive, trigger);
        } else if (Inotify.AVAILABLE) {
            stream = asFile
                    ? new InotifyFile(loop, where.priority(), actual, path, fileOnly)
                    : new InotifyTree(loop, where.priority(), actual, path, recursive);
        } else {
            Operators.error(
                    actual,
                    new UnsupportedOperationException(
                            "no poller here is notified of files; use polled(Duration) for " + path));
            return;
        }
        stream.subscribe();
    }
}
