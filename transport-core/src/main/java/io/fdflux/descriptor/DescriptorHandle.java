package io.fdflux.descriptor;

import io.fdflux.engine.Registration;
import io.fdflux.loop.LoopHandle;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;

/**
 * One descriptor on its loop, shared by its reader and its writer, because a poller knows a descriptor once. Registered
 * while it has either. Loop thread only, but for what says otherwise.
 */
final class DescriptorHandle implements LoopHandle {

    /** A reader or a writer. */
    interface Side {
        /** An attempt is due. */
        void attempt();

        /** The peer has gone, and no read is due that would find out. */
        void onHangup();

        /** Ends the stream. */
        void fail(Throwable cause);
    }

    private final Descriptor descriptor;
    private final IoEventLoop loop;
    private final DescriptorCalls calls;
    private DescriptorIo io;
    private Registration registration;
    private IoRegistration loopRegistration;
    private Side reader;
    private Side writer;
    /** Of the streams over this descriptor; guarded by the map in {@link DescriptorHandles}. */
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

    /**
     * Any thread: runs something on the loop, at once where this is its thread; false if the loops have been closed.
     */
    boolean onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            if (loop.isShutdown()) {
                return false; // the poller is closed, or is about to be
            }
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

    /** Takes a reader or writer on, or fails it. */
    boolean attach(Side side, boolean reading) {
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
        registration.watchHangup(true);
        return true;
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
        } finally {
            if (registration == null) {
                closeIo();
            }
        }
    }

    /** Lets a reader or writer go. */
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
        }
    }

    private void unregister() {
        if (!descriptor.isOpen() || io.number() != descriptor.number()) {
            registration.closing(true); // the number is closed next, while another process may have the file open
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
        // epoll_ctl(2): the target does not support epoll, as regular files do not; they never block either.
        if (errno != Errno.EPERM) {
            failAll(Errno.exception("watch", descriptor, errno));
        } else if (!registration.alwaysReady()) {
            failAll(Errno.exception(
                    "watch", descriptor + ", which answers EAGAIN and cannot be watched for an end of that", errno));
        }
    }

    /** The loop goes down, or an attempt threw. */
    @Override
    public void close() {
        failAll(new IllegalStateException("the stream over " + descriptor + " was closed by its loop"));
    }

    private void failAll(Throwable cause) {
        Side reading = reader;
        Side writing = writer;
        if (reading != null) {
            reading.fail(cause);
        }
        if (writing != null) {
            writing.fail(cause);
        }
    }

    @Override
    public String toString() {
        return "stream over " + descriptor;
    }
}
