package io.fdflux.netty.channel;

import io.fdflux.netty.file.SplicedBytes;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.io.Splice;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Empties the pipe of a splice. All methods run on the loop of the splice's source; callbacks may come on any thread.
 */
sealed interface SpliceSink {

    /**
     * Checks that the sink accepts bytes, now or later; no bytes may be read for a sink that does not.
     *
     * @throws IOException if not, with the reason
     */
    void check() throws IOException;

    /**
     * Takes the bytes of a pipe.
     *
     * @param pipe  the number of its reading end
     * @param count the bytes in the pipe
     * @param later notified, on any thread, if the call does not take all bytes: with null once they are taken, or with
     *     the failure
     * @return whether the call has taken all bytes
     * @throws IOException if the sink has failed
     */
    boolean take(int pipe, long count, Consumer<Throwable> later) throws IOException;

    /** Registers a listener that is notified, on any thread, when the sink stops accepting bytes. */
    void onClose(ChannelFutureListener listener);

    /** Removes a listener of {@link #onClose}. */
    void offClose(ChannelFutureListener listener);

    /** Another channel, or the source itself; on any loop. */
    record ToChannel(StreamChannel target) implements SpliceSink {

        @Override
        public void check() throws IOException {
            if (!target.isActive() || target.isOutputShutdown() || !target.takesMessages()) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public boolean take(int pipe, long count, Consumer<Throwable> later) throws IOException {
            SplicedBytes message = new SplicedBytes(pipe, count);
            ChannelPromise written = target.newPromise();
            if (target.eventLoop().inEventLoop()) {
                write(message, written);
                if (written.isSuccess()) {
                    return true;
                }
            } else {
                try {
                    target.onLoop(() -> write(message, written));
                } catch (RejectedExecutionException e) {
                    throw new IOException("the loop of " + target + " has been shut down", e);
                }
            }
            written.addListener(done -> later.accept(done.cause()));
            return false;
        }

        private void write(SplicedBytes message, ChannelPromise written) {
            target.unsafe().write(message, written);
            target.unsafe().flush();
            if (!written.isDone()) {
                target.streamUnsafe().advanceOutput(); // empties the pipe for the next read
            }
        }

        @Override
        public void onClose(ChannelFutureListener listener) {
            target.closeFuture().addListener(listener);
        }

        @Override
        public void offClose(ChannelFutureListener listener) {
            target.closeFuture().removeListener(listener);
        }
    }

    /** A position in a file, which never blocks for capacity. */
    final class ToFile implements SpliceSink {

        private final Descriptor file;
        private long offset;

        ToFile(Descriptor file, long offset) {
            this.file = file;
            this.offset = offset;
        }

        @Override
        public void check() throws IOException {
            if (!file.isOpen()) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public boolean take(int pipe, long count, Consumer<Throwable> later) throws IOException {
            return DescriptorCall.on(file, number -> {
                for (long left = count; left > 0; ) {
                    long n = Splice.moveToFile(pipe, number, offset, left);
                    if (n <= 0) {
                        throw Errno.exception("splice to", file, (int) -n);
                    }
                    offset += n;
                    left -= n;
                }
                return true;
            });
        }

        @Override
        public void onClose(ChannelFutureListener listener) {
            // check() before each read finds a closed file.
        }

        @Override
        public void offClose(ChannelFutureListener listener) {
            // onClose() registers nothing.
        }
    }
}
