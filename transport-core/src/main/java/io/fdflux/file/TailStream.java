package io.fdflux.file;

import io.fdflux.file.TailNames.Found;
import io.fdflux.file.TailNames.Holder;
import io.fdflux.file.TailNames.Wanted;
import io.fdflux.file.TailWork.Outcome;
import io.fdflux.loop.Placement;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/**
 * One follower of a file. The files that its name has stood for are open, oldest first; the first one is read.
 *
 * <pre>
 * situation                                        | what happens
 * -------------------------------------------------+------------------------------------------------------------
 * the name changes                                 | the new file is opened, with demand or without: {@link TailNames}
 * demand, and the first file may have more         | one read off the loop; again while there is demand
 * the end, no newer file                           | waits for a change
 * the end, the file is shorter than what was read  | it was truncated: reading begins again at 0
 * the end, and a newer file is not empty           | one more read; if that finds nothing, the next file is read
 * the end, and the newer ones are empty, or none   | the first file may still be written: tried again every
 *   has the name                                   | UNNAMED_NANOS while there is demand
 * more than MOST_FILES are open                    | fails: the subscriber is too slow
 * </pre>
 *
 * A writer that has begun the newer file writes to the older one no more. So the last read of the older file comes
 * after the newer one was seen to have bytes, and no byte is lost.
 */
final class TailStream<T> extends FileStream<T> {

    /** Rotations that a subscriber may be behind. Each open file keeps its space on the disk. */
    private static final int MOST_FILES = 16;

    private static final long UNNAMED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final int priority;
    private final TailFlux.Settings settings;
    private final TailWork work;
    private final Cutter<T> cutter;
    private final ArrayDeque<OpenedFile> files = new ArrayDeque<>();
    private final TailNames names;
    private ChangeStream changes;
    private long position;
    /** Work off the loop is under way. */
    private boolean working;
    /** The first file may have more bytes. */
    private boolean mayHaveMore = true;

    private boolean timed;
    /** The last file that was moved away, and perhaps elsewhere. */
    private Holder awaited;

    TailStream(
            IoEventLoop loop,
            int priority,
            CoreSubscriber<? super T> actual,
            TailFlux.Settings settings,
            Cutter<T> cutter) {
        super(loop, actual, "tail(" + settings.path() + ")");
        this.priority = priority;
        this.settings = settings;
        this.work = new TailWork(settings);
        this.cutter = cutter;
        this.names = new TailNames(settings.path());
    }

    // ---- preparing: the changes are watched before the file is opened

    @Override
    void prepare() {
        new ChangesFlux(new Placement(this::loop, priority), settings.path(), false, true, settings.interval())
                .subscribe(new Changes());
    }

    /** Receives the changes of the name, on the loop. */
    private final class Changes implements CoreSubscriber<Change> {

        @Override
        public void onSubscribe(Subscription subscription) {
            // On another thread, if the changes cannot be watched.
            if (!onLoop(() -> watched(subscription))) {
                subscription.cancel();
            }
        }

        private void watched(Subscription subscription) {
            if (isOver() || !(subscription instanceof ChangeStream stream)) {
                subscription.cancel(); // if it is another one, an error follows
                return;
            }
            changes = stream;
            subscription.request(Long.MAX_VALUE);
            open();
        }

        @Override
        public void onNext(Change change) {
            onLoop(() -> {
                noteChange(change);
                proceed();
            });
        }

        @Override
        public void onError(Throwable cause) {
            onLoop(() -> fail(cause));
        }

        @Override
        public void onComplete() {
            onLoop(() -> fail(new NoSuchFileException(settings.path().toString())));
        }

        @Override
        public Context currentContext() {
            return actual().currentContext();
        }
    }

    private void noteChange(Change change) {
        boolean isOfName = change.path().equals(settings.path());
        mayHaveMore |= isOfName;
        if (changes.reportsEveryMove()) {
            names.changed(change);
        } else if (isOfName && change.kind() != ChangeKind.MODIFIED) {
            names.mayHaveChanged();
        }
    }

    @Override
    void begin() {
        advance();
    }

    // ---- what to do next

    @Override
    void advance() {
        if (working || isOver() || !settle()) {
            return;
        }
        if (names.wantsOpening()) {
            open();
        } else if (mayHaveMore && isHungry() && !files.isEmpty()) {
            read();
        }
    }

    // ---- the name

    private void open() {
        if (files.size() + names.count() > MOST_FILES) {
            fail(new IOException(this + " is " + MOST_FILES + " rotations behind; request faster, or rotate less"));
            return;
        }
        working = true;
        List<Wanted> wanted = names.open();
        offLoop(() -> work.open(wanted), this::opened, found -> found.forEach(Found::close));
    }

    private void opened(List<Found> found) {
        names.opened(found);
        changes.afterThePast(() -> guarded(() -> {
            working = false;
            proceed();
        }));
    }

    /** Advances, and passes the subscription on once the file at the subscription is known. */
    private void proceed() {
        advance();
        if (!isSubscribed() && !isOver() && !names.awaitsFirst()) {
            prepared();
        }
    }

    /** Takes the files that are certain. Returns false if one is lost, which ends the stream. */
    private boolean settle() {
        try {
            Holder next = settled();
            while (next != null) {
                if (files.isEmpty()) {
                    position = next.position();
                }
                files.add(next.file());
                mayHaveMore = true;
                next = settled();
            }
        } catch (IOException e) {
            fail(e);
            return false;
        }
        awaitMove();
        return true;
    }

    private Holder settled() throws IOException {
        return names.settled(
                file -> files.stream().anyMatch(file::isSameFile),
                file -> !files.isEmpty() && files.getLast().isSameFile(file));
    }

    /** The other half of a move that stays in the directory is reported at once. */
    private void awaitMove() {
        Holder moving = names.awaitsMove();
        if (moving != null && moving != awaited) {
            awaited = moving;
            Runnable giveUp = () -> {
                names.movedElsewhere(moving);
                proceed();
            };
            loop().schedule(() -> guarded(giveUp), UNNAMED_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    // ---- the bytes

    private void read() {
        mayHaveMore = false;
        working = true;
        OpenedFile[] open = files.toArray(OpenedFile[]::new);
        long at = position;
        boolean unnamed = names.isMissing();
        offLoop(() -> work.read(at, unnamed, open), this::found, Outcome::release);
    }

    private void found(Outcome outcome) {
        working = false;
        switch (outcome) {
            case Outcome.Bytes(ByteBuf bytes, boolean last) -> {
                position += bytes.readableBytes();
                mayHaveMore = true;
                cut(bytes);
                if (last) {
                    nextFile();
                }
            }
            case Outcome.Truncated() -> {
                position = 0;
                mayHaveMore = true;
                cutter.end(this::add);
            }
            case Outcome.Finished() -> nextFile();
            case Outcome.End() -> awaitMore();
        }
        deliver();
        advance();
    }

    private void nextFile() {
        position = 0;
        mayHaveMore = true;
        files.remove().closeOffLoop();
        cutter.end(this::add);
    }

    private void cut(ByteBuf bytes) {
        try {
            cutter.cut(bytes, this::add);
        } catch (IOException e) {
            failAfterReady(e);
        }
    }

    /** The first file may be written under another name, or without one, which no change of this name reports. */
    private void awaitMore() {
        if ((names.isMissing() || files.size() > 1) && !timed) {
            timed = true;
            loop().schedule(
                            () -> {
                                timed = false;
                                mayHaveMore = true;
                                guarded(this::advance);
                            },
                            UNNAMED_NANOS,
                            TimeUnit.NANOSECONDS);
        }
    }

    @Override
    void ended() {
        if (changes != null) {
            changes.cancel();
        }
        names.close();
        files.forEach(OpenedFile::closeOffLoop);
        files.clear();
    }

    @Override
    void discard(T element) {
        cutter.discard(element);
    }
}
