package io.fdflux.file;

import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reactor.core.CoreSubscriber;

/**
 * Changes that are found by comparing the state of the files with an earlier one. The comparison runs off the loop,
 * when a {@link Trigger} says so, a change is requested and none is ready. Several changes of a file between two
 * comparisons are one, so nothing overflows.
 */
final class SnapshotStream extends ChangeStream {

    /** After a watch is registered, the loop has polled once, so that the kernel has it. */
    private static final long REGISTERED_MILLIS = 1;

    /** A new state, and what it calls for. */
    private record Comparison(Snapshot now, List<Change> changes, boolean again) {}

    private final boolean asFile;
    private final boolean recursive;
    private final Trigger trigger;
    private Snapshot last;
    private long lastMove;
    private boolean comparing;
    private boolean changed;

    SnapshotStream(
            IoEventLoop loop,
            CoreSubscriber<? super Change> actual,
            Path root,
            boolean asFile,
            boolean recursive,
            Trigger trigger) {
        super(loop, actual, root);
        this.asFile = asFile;
        this.recursive = recursive;
        this.trigger = trigger;
    }

    /** Takes the state. May block. */
    private Snapshot take() throws IOException {
        return asFile ? Snapshot.ofFile(root()) : Snapshot.ofDirectory(root(), recursive);
    }

    @Override
    void prepare() {
        offLoop(
                () -> {
                    Snapshot now = take();
                    return new Comparison(now, List.of(), trigger.prepare(now));
                },
                first -> {
                    if (first.now().isGone()) {
                        fail(new NoSuchFileException(root().toString()));
                        return;
                    }
                    last = first.now();
                    follow(first);
                    prepared();
                },
                first -> {});
    }

    @Override
    void begin() {
        advance();
    }

    private void follow(Comparison comparison) {
        trigger.arm(() -> guarded(this::mayHaveChanged), this::fail);
        if (comparison.again()) {
            loop().schedule(() -> guarded(this::mayHaveChanged), REGISTERED_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void mayHaveChanged() {
        changed = true;
        advance();
    }

    @Override
    void advance() {
        if (!changed || comparing || !isHungry()) {
            return;
        }
        changed = false;
        comparing = true;
        Snapshot before = last;
        long move = lastMove;
        offLoop(
                () -> {
                    Snapshot now = take();
                    return new Comparison(now, now.since(before, move), trigger.prepare(now));
                },
                this::compared,
                comparison -> {});
    }

    private void compared(Comparison comparison) {
        comparing = false;
        last = comparison.now();
        for (Change change : comparison.changes()) {
            lastMove = Math.max(lastMove, change.move());
            add(change);
        }
        if (comparison.now().isGone()) {
            completeAfterReady();
            return;
        }
        follow(comparison);
        deliver();
        advance();
    }

    @Override
    void ended() {
        trigger.close();
    }

    @Override
    void afterThePast(Runnable then) {
        then.run(); // nothing waits in a queue
    }
}
