package io.fdflux.file;

import io.fdflux.descriptor.DescriptorCalls;
import io.fdflux.descriptor.DescriptorHandles;
import io.fdflux.descriptor.ReadFlux;
import io.fdflux.loop.Placement;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.Inotify;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/**
 * Changes from an inotify(7) queue of its own, which the kernel bounds: fs.inotify.max_queued_events. The queue is read
 * when a change is requested and none is ready. One read returns several events.
 *
 * <p>Events are handled in order. What they call for off the loop, such as watching a new directory, is done before the
 * next event is handled. So no directory of a tree is unwatched when its changes are delivered.
 */
abstract class InotifyStream extends ChangeStream {

    /** What waits for the events that were queued before it. */
    private record Later(long bytes, Runnable then) {}

    private final int priority;
    private final ArrayDeque<InotifyEvents.Event> events = new ArrayDeque<>();
    private final ArrayDeque<Later> later = new ArrayDeque<>();
    private InotifyDirectories directories;
    private Subscription reading;
    private boolean requested;
    /** Work off the loop is under way, which the next event waits for. */
    private boolean paused;
    /** Read from the queue. */
    private long bytes;

    /** Creates a stream; {@code priority} is that of reads of the queue in a pass of the loop. */
    InotifyStream(IoEventLoop loop, int priority, CoreSubscriber<? super Change> actual, Path root) {
        super(loop, actual, root);
        this.priority = priority;
    }

    // ---- for subclasses

    /** Adds the first watches. May block. */
    abstract void watch(InotifyDirectories with) throws IOException;

    /** A read has returned these events, which are handled next. */
    void arrived(Iterable<InotifyEvents.Event> read) {}

    /** Handles the loss of events. */
    abstract void overflowed();

    /** Handles an event of an entry of a directory. */
    abstract void entry(InotifyEvents.Event event, Path directory);

    /** Handles an event of a watched directory itself: removed, renamed, unmounted, attributes. */
    abstract void self(InotifyEvents.Event event, Path directory);

    final InotifyDirectories directories() {
        return directories;
    }

    /** {@return whether events wait that are not handled} */
    final boolean hasEvents() {
        return !events.isEmpty();
    }

    /** Work that may block. */
    interface Work<R> {
        R run() throws IOException;
    }

    /** Does something with the result of work. */
    interface Then<R> {
        void with(R result);
    }

    /** Handles no event until work off the loop is done. */
    final <R> void pauseFor(Work<R> work, Then<R> then) {
        paused = true;
        offLoop(
                work::run,
                result -> {
                    paused = false;
                    then.with(result);
                    handleEvents();
                },
                result -> {});
    }

    /**
     * Drops all events, and watches anew with another queue. No event is handled until that is done.
     *
     * @param then gets whether there is anything to watch
     */
    final void restart(Then<Boolean> then) {
        paused = true;
        requested = false;
        events.clear();
        reading.cancel();
        reading = null;
        directories.close();
        offLoop(
                () -> {
                    try {
                        return Optional.of(open());
                    } catch (NoSuchFileException e) {
                        return Optional.<InotifyDirectories>empty();
                    }
                },
                opened -> {
                    paused = false;
                    opened.ifPresent(queue -> directories = queue);
                    then.with(opened.isPresent());
                    if (opened.isPresent() && !isOver()) {
                        begin();
                    }
                    deliver();
                },
                opened -> opened.ifPresent(InotifyDirectories::close));
    }

    // ---- the stream

    /** May block. */
    private InotifyDirectories open() throws IOException {
        InotifyDirectories opened = new InotifyDirectories();
        try {
            watch(opened);
            return opened;
        } catch (Throwable t) {
            opened.close();
            throw t;
        }
    }

    @Override
    final void prepare() {
        offLoop(
                this::open,
                opened -> {
                    directories = opened;
                    prepared();
                },
                InotifyDirectories::close);
    }

    @Override
    final void begin() {
        Descriptor queue = directories.queue();
        DescriptorHandles handles = new DescriptorHandles(new Placement(this::loop, priority), DescriptorCalls.posix());
        new ReadFlux(handles, queue, 0, ByteBufAllocator.DEFAULT).subscribe(new Queue());
    }

    /** Receives the reads of the queue, on the loop. */
    private final class Queue implements CoreSubscriber<ByteBuf> {

        @Override
        public void onSubscribe(Subscription subscription) {
            reading = subscription;
            if (isOver()) {
                subscription.cancel();
            } else {
                advance();
            }
        }

        @Override
        public void onNext(ByteBuf buffer) {
            requested = false;
            bytes += buffer.readableBytes();
            List<InotifyEvents.Event> read = new ArrayList<>();
            try {
                InotifyEvents.decode(buffer, read);
            } finally {
                buffer.release();
            }
            guarded(() -> {
                arrived(read);
                if (reading != null) { // else a restart drops these events
                    events.addAll(read);
                    handleEvents();
                }
            });
        }

        @Override
        public void onError(Throwable cause) {
            fail(cause);
        }

        @Override
        public void onComplete() {
            fail(new IllegalStateException("the queue of " + InotifyStream.this + " has ended"));
        }

        @Override
        public Context currentContext() {
            return actual().currentContext();
        }
    }

    private void handleEvents() {
        while (!paused && !events.isEmpty() && !isOver()) {
            handle(events.poll());
        }
        deliver();
        while (isUpTo(later.peek())) {
            later.poll().then().run();
        }
    }

    private boolean isUpTo(Later next) {
        return next != null && next.bytes() <= bytes && !paused && events.isEmpty() && !isOver();
    }

    @Override
    final void afterThePast(Runnable then) {
        later.add(new Later(bytes + Io.available(directories.queue().number()), then));
        handleEvents();
    }

    private void handle(InotifyEvents.Event event) {
        if (event.has(Inotify.OVERFLOW)) {
            overflowed();
            return;
        }
        Path directory =
                event.has(Inotify.IGNORED) ? directories.ended(event.watch()) : directories.path(event.watch());
        if (directory == null) {
            return; // an event from before the end of its watch
        }
        if (event.name() == null) {
            self(event, directory);
        } else {
            entry(event, directory);
        }
    }

    @Override
    final void advance() {
        if (reading != null && !requested && !paused && events.isEmpty() && isHungry()) {
            requested = true;
            reading.request(1);
        }
    }

    @Override
    final void ended() {
        if (reading != null) {
            reading.cancel();
        }
        if (directories != null) {
            directories.close();
        }
    }
}
