package io.fdflux.descriptor;

import io.fdflux.engine.Registration;
import io.fdflux.loop.LoopHandle;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One descriptor on its loop. Its reader and its writer share the handle, because a poller has one registration per
 * descriptor. Registered while either is attached. Loop thread only, except where a method says otherwise.
 */
final class DescriptorHandle implements LoopHandle {

    /** A reader or a writer. */
    interface Side {
        /** {@return the descriptor of its stream} */
        Descriptor descriptor();

        /** Makes a due attempt. */
        void attempt();

        /** Handles a hang-up that no due read would find. */
        void onHangup();

        /** {@return whether a lost peer matters while no attempt is due; false for a listener and for a connect} */
        default boolean watchesHangup() {
            return true;
        }

        /** {@return its place in a pass: a higher one runs first} */
        int priority();

        /** Ends the stream. */
        void fail(Throwable cause);

        /** Ends the stream because its loop is closed. If it was cancelled before, that is no error of anybody. */
        void closed(Throwable cause);
    }

    /** One of those with this number. Any thread may ask for it, and gets the right number. */
    private Descriptor descriptor;

    private final IoEventLoop loop;
    private final DescriptorCalls calls;
    private DescriptorIo io;
    private Registration registration;
    private IoRegistration loopRegistration;
    private Side reader;
    private Side writer;
    /** The streams over this descriptor; guarded by the map in {@link DescriptorHandles}. */
    int users;

    DescriptorHandle(Descriptor descriptor, IoEventLoop loop, DescriptorCalls calls) {
        this.descriptor = descriptor;
        this.loop = loop;
        this.calls = calls;
    }

    Descriptor descriptor() {
        return descriptor;
    }

    DescriptorIo io() {
        return io;
    }

    Registration registration() {
        return registration;
    }

    boolean isRead() {
        return reader != null;
    }

    boolean isShuttingDown() {
        return loop.isShuttingDown();
    }

    /** {@return whether the caller is the loop's thread, and may use the poller} */
    boolean isOnLoop() {
        return loop.inEventLoop() && !loop.isShutdown(); // else the poller is closed, or closes next
    }

    /** Runs a task on the loop, directly on its thread. Any thread; false if the loops have been closed. */
    boolean onLoop(Runnable task) {
        if (isOnLoop()) {
            task.run();
            return true;
        }
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Runs a task on the loop later. Loop thread only; false if the loops have been closed. */
    boolean onLoopAfter(long nanos, Runnable task) {
        try {
            loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Attaches a reader or writer, or fails it. */
    boolean attach(Side side, boolean reading) {
        if (side.descriptor() != descriptor && io != null && !io.isOf(side.descriptor())) {
            failAll(ClosedDescriptorException.bySomebodyElse(descriptor));
            descriptor = side.descriptor();
        }
        if ((reading ? reader : writer) != null) {
            side.fail(new IllegalStateException(descriptor + " is being " + (reading ? "read" : "written")
                    + " already; share one Flux, or wait until it has ended"));
            return false;
        }
        if (registration == null) {
            try {
                register();
            } catch (IOException | RuntimeException e) {
                side.fail(e);
                return false;
            }
        }
        if (reading) {
            reader = side;
        } else {
            writer = side;
        }
        prioritize();
        if (side.watchesHangup()) {
            registration.watchHangup(true);
        }
        return true;
    }

    /** Each direction has the priority of its stream. A hang-up has the reader's, or without one the writer's. */
    private void prioritize() {
        Side hangups = reader != null ? reader : writer;
        registration.prioritize(hangups.priority(), writer != null ? writer.priority() : 0);
    }

    private void register() throws IOException {
        io = calls.open(descriptor);
        try {
            var registered = loop.register(this);
            if (!registered.isSuccess()) {
                throw new IllegalStateException(
                        descriptor + " could not be registered with a loop", registered.cause());
            }
            loopRegistration = registered.getNow();
            registration = loopRegistration.attachment();
            if (io.neverBlocks()) {
                registration.alwaysReady();
            }
        } finally {
            if (registration == null) {
                closeIo();
            }
        }
    }

    /** Detaches a reader or writer. */
    void detach(Side side) {
        if (side == reader) {
            reader = null;
            registration.dropRead();
        } else if (side == writer) {
            writer = null;
            registration.dropWrite();
        } else {
            return;
        }
        if (reader == null && writer == null) {
            unregister();
        } else {
            prioritize();
        }
    }

    private void unregister() {
        if (!descriptor.isOpen() || io.number() != descriptor.number()) {
            registration.closing(true); // the number closes next; another process may have the file open
        }
        loopRegistration.cancel();
        registration = null;
        loopRegistration = null;
        closeIo();
    }

    private void closeIo() {
        io.close();
        io = null;
    }

    @Override
    public int fd() {
        return io.number();
    }

    @Override
    public boolean isStream() {
        return io.isStream();
    }

    @Override
    public void attemptRead() {
        if (reader != null) {
            reader.attempt();
        }
    }

    @Override
    public void attemptWrite() {
        if (writer != null) {
            writer.attempt();
        }
    }

    @Override
    public void onHangup() {
        if (reader != null) {
            reader.onHangup();
        }
        if (writer != null) {
            writer.onHangup();
        }
    }

    @Override
    public void onError() {
        if (writer != null) {
            writer.onHangup();
        }
    }

    @Override
    public void onWatchRefused(int errno) {
        // EPERM in epoll_ctl(2): the file does not support epoll. Regular files do not, and they never block.
        if (errno != Errno.EPERM) {
            failAll(Errno.exception("watch", descriptor, errno));
        } else if (!registration.alwaysReady()) {
            failAll(Errno.exception(
                    "watch", descriptor + ", which returns EAGAIN but cannot be watched for readiness", errno));
        }
    }

    /** Called when the loop shuts down or an attempt threw. */
    @Override
    public void close() {
        Throwable cause = new IllegalStateException("the stream over " + descriptor + " was closed by its loop");
        forBoth(side -> side.closed(cause));
    }

    private void failAll(Throwable cause) {
        forBoth(side -> side.fail(cause));
    }

    private void forBoth(Consumer<Side> end) {
        Side reading = reader;
        Side writing = writer;
        if (reading != null) {
            end.accept(reading);
        }
        if (writing != null) {
            end.accept(writing);
        }
    }

    @Override
    public String toString() {
        return "stream over " + descriptor;
    }
}
