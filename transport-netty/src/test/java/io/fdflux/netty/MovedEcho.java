package io.fdflux.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Echoes all bytes on one channel that moves meanwhile. Other threads may read the fields. */
class MovedEcho extends ChannelInboundHandlerAdapter {

    final AtomicReference<Channel> accepted = new AtomicReference<>();
    final CountDownLatch inactive = new CountDownLatch(1);
    final List<Throwable> failures = new CopyOnWriteArrayList<>();

    private final Reading reading;

    /** The place of the next read(); none with auto-read on. */
    enum Reading {
        AUTO,
        IN_READ,
        IN_READ_COMPLETE,
        AFTER_WRITE
    }

    MovedEcho(Reading reading) {
        this.reading = reading;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        accepted.set(context.channel());
        read(context, true);
        super.channelActive(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        context.writeAndFlush(message).addListener(written -> read(context, reading == Reading.AFTER_WRITE));
        read(context, reading == Reading.IN_READ);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        read(context, reading == Reading.IN_READ_COMPLETE);
    }

    private void read(ChannelHandlerContext context, boolean here) {
        if (here && reading != Reading.AUTO) {
            context.read();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failures.add(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inactive.countDown();
    }
}
