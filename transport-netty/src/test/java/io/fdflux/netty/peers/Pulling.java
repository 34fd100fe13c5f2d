package io.fdflux.netty.peers;

import io.fdflux.netty.Recorder;
import io.netty.channel.ChannelHandlerContext;

/** Reads with auto-read off: asks for more where it is told to. */
final class Pulling extends Recorder {

    /** Where the next {@code read()} comes from; the reports differ in it. */
    enum From {
        /** While the message is handled, inside the read loop. */
        READ,
        /** When the read loop is over. */
        READ_COMPLETE,
        /** A task of the loop, later. */
        TASK,
        /** Another thread: nobody asks here. */
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
