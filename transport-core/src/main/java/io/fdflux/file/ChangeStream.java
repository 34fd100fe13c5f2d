package io.fdflux.file;

import io.netty.channel.IoEventLoop;
import java.nio.file.Path;
import reactor.core.CoreSubscriber;

/** A subscription to changes of a file or directory. */
abstract class ChangeStream extends FileStream<Change> {

    private final Path root;

    ChangeStream(IoEventLoop loop, CoreSubscriber<? super Change> actual, Path root) {
        super(loop, actual, "changes(" + root + ")");
        this.root = root;
    }

    final Path root() {
        return root;
    }

    /**
     * {@return whether each file that gets or loses the watched name is reported, and where it goes in its directory}
     * If not, one report may stand for several such changes. Loop thread.
     */
    boolean reportsEveryMove() {
        return false;
    }

    /**
     * Runs something once all changes that have happened before this call are delivered. Loop thread, with unbounded
     * demand. Does not run it after the stream has ended.
     */
    abstract void afterThePast(Runnable then);

    @Override
    final void discard(Change change) {
        // Nothing is held.
    }
}
