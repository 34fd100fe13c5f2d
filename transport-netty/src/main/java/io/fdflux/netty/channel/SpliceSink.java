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
 * Where a splice's pipe is emptied to. All but what it says of its callback happens on the loop of the splice's source.
 */
sealed interface SpliceSink {

    /**
     * Whether it would take something, now or later; otherwise nothing may be read for it.
     *
     * @throws IOException if not, saying why
     */
    void check() throws IOException;

    /**
     * Takes what lies in a pipe.
     *
     * @param pipe  the number of its reading end
     * @param count how many bytes are in it
     * @param later where it does not take all of them at once: called when it has, with null, or with why it will not;
     *              on any thread
     * @return whether it has taken all
     * @throws IOException if it will not
     */
    boolean take(int pipe, long count, Consumer<Throwable> later) throws IOException;

    /** Has somebody called, on any thread, when nothing will be taken any more. */
    void onClose(ChannelFutureListener listener);

    /** Takes {@link #onClose} back. */
    void offClose(ChannelFutureListener listener);

    /** Another channel, or the source itself; on whatever loop. */
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
                target.streamUnsafe().advanceOutput(); // so that the pipe is empty for the next read
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

    /** A place in a file, which never makes one wait for room. */
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
            // It is looked at before each read.
        }

        @Override
        public void offClose(ChannelFutureListener listener) {
            // As said.
        }
    }
}
