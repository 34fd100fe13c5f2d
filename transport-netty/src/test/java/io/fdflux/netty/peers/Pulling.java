package io.fdflux.netty.peers;

import io.fdflux.netty.Recorder;
import io.netty.channel.ChannelHandlerContext;

/** Reads with auto-read off, and requests the next read where the test chooses. */
final class Pulling extends Recorder {

    /** The place of the next {@code read()}, which differs between the reports. */
    enum From {
        /** While a message is handled, inside the read loop. */
        READ,
        /** After the read loop. */
        READ_COMPLETE,
        /** In a later task of the loop. */
        TASK,
        /** On another thread; this handler requests nothing. */
        ELSEWHERE
    }

    private final From from;

    Pulling(From from) {
        this.from = from;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        super.channelActive(context);
        if (from != From.ELSEWHERE) {
            context.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        super.channelRead(context, message);
        if (from == From.READ) {
            context.read();
        } else if (from == From.TASK) {
            context.executor().execute(context::read);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        super.channelReadComplete(context);
        if (from == From.READ_COMPLETE) {
            context.read();
        }
    }
}
