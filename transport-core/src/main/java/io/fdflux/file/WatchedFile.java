package io.fdflux.file;

import io.fdflux.engine.SourceRegistration;
import io.fdflux.loop.LoopSource;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.spi.FileChange;
import io.fdflux.spi.SourceKind;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import java.nio.file.Path;
import java.util.function.Consumer;

/** An open file or directory whose changes the loop's poller reports. Owns the descriptor. Loop thread only. */
final class WatchedFile implements LoopSource {

    private final Path path;
    private final Descriptor descriptor;
    private final int priority;
    private final Runnable changed;
    private final Consumer<? super Throwable> failed;
    private IoRegistration registration;

    WatchedFile(Path path, Descriptor descriptor, int priority, Runnable changed, Consumer<? super Throwable> failed) {
        this.path = path;
        this.descriptor = descriptor;
        this.priority = priority;
        this.changed = changed;
        this.failed = failed;
    }

    void register(IoEventLoop loop) {
        var registered = loop.register(this);
        if (registered.isSuccess()) {
            registration = registered.getNow();
        } else {
            failed.accept(new IllegalStateException(path + " could not be registered with a loop", registered.cause()));
        }
    }

    /** Asks for one report. */
    void want() {
        if (registration != null) {
            registration.<SourceRegistration>attachment().want();
        }
    }

    /** Ends the watch before the number is closed. */
    void end() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
        descriptor.closeUnchecked();
    }

    @Override
    public SourceKind kind() {
        return SourceKind.FILE;
    }

    @Override
    public long ident() {
        return descriptor.number();
    }

    @Override
    public long detail() {
        return FileChange.ALL;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public void occurred(long count, int detail) {
        changed.run();
    }

    @Override
    public void refused(int errno) {
        failed.accept(Errno.exception("watch", path, errno));
    }

    @Override
    public void close() {
        failed.accept(new IllegalStateException("the watch of " + path + " was closed by its loop"));
        end(); // even if the stream has ended before
    }

    @Override
    public String toString() {
        return "watch of " + path;
    }
}
