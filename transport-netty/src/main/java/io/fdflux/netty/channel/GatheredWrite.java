package io.fdflux.netty.channel;

import io.fdflux.engine.stream.Gather;
import io.fdflux.engine.stream.Stage;
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

    /** Bytes that the last call offered to the kernel. */
    long asked() {
        return gather.asked();
    }

    /**
     * Makes one call for what is staged and the buffers that stand first in a channel's queue: send(2) for one,
     * writev(2) for several.
     *
     * @param end whether the output ends behind them
     * @return bytes written, 0 without a call if only empty buffers are left, or {@code -errno}
     */
    long send(int fd, Stage stage, ChannelOutboundBuffer out, boolean end) throws Exception {
        ByteBuf single = single(stage, out);
        if (single != null) {
            return end ? gather.sendBeforeEnd(fd, single) : gather.send(fd, single);
        }
        gather.clear();
        if (stage.addTo(gather)) {
            out.forEachFlushedMessage(this);
        }
        return gather.writev(fd);
    }

    /** Sends staged bytes, as far as the kernel takes them. Any thread. */
    static void sendAll(int fd, Stage stage) {
        stage.sendAll(fd, ofLoop().gather);
    }

    private static ByteBuf single(Stage stage, ChannelOutboundBuffer out) {
        if (out.isEmpty()) {
            return stage.single();
        }
        return stage.isEmpty() && out.size() == 1 && Gather.isSimple((ByteBuf) out.current())
                ? (ByteBuf) out.current()
                : null;
    }

    @Override
    public boolean processMessage(Object message) {
        return message instanceof ByteBuf buffer && gather.add(buffer);
    }
}
