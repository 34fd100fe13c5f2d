package io.fdflux.netty.channel;

import io.fdflux.engine.stream.Gather;
import io.fdflux.posix.Errno;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.FastThreadLocal;

/** Writes the flushed buffers of a channel, with as few calls as it can. One for each loop's thread. */
final class GatheredWrite implements ChannelOutboundBuffer.MessageProcessor {

    private static final FastThreadLocal<GatheredWrite> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected GatheredWrite initialValue() {
            return new GatheredWrite();
        }
    };

    private final Gather gather = new Gather();

    private GatheredWrite() {}

    static GatheredWrite ofLoop() {
        return OF_LOOP.get();
    }

    /**
     * Makes one call for the buffers that stand first in a channel's queue.
     *
     * @return whether the socket took all that it was given
     */
    static boolean write(StreamChannel channel, ChannelOutboundBuffer out) throws Exception {
        GatheredWrite gathered = ofLoop();
        long n = gathered.send(channel.number(), out);
        // Kept apart from the thread's instance: the callbacks of removeBytes may write other channels.
        long asked = gathered.asked();
        if (asked > 0) {
            channel.registration().counters().writeCall(n);
        }
        if (n == -Errno.EAGAIN) {
            return false;
        }
        if (n < 0) {
            throw Errno.exception("send", channel, (int) -n);
        }
        out.removeBytes(n);
        return n == asked;
    }

    long asked() {
        return gather.asked();
    }

    /** Bytes written, 0 if only empty buffers are left, or {@code -errno}. */
    long send(int fd, ChannelOutboundBuffer out) throws Exception {
        if (out.size() == 1 && Gather.isSimple((ByteBuf) out.current())) {
            return gather.send(fd, (ByteBuf) out.current());
        }
        gather.clear();
        out.forEachFlushedMessage(this);
        return gather.writev(fd);
    }

    @Override
    public boolean processMessage(Object message) {
        return message instanceof ByteBuf buffer && gather.add(buffer);
    }
}
