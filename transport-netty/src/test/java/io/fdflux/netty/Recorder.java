package io.fdflux.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Records the messages and events of one channel. Other threads may read it. */
@ChannelHandler.Sharable
public class Recorder extends ChannelInboundHandlerAdapter {

    public final CompletableFuture<FdSocketChannel> active = new CompletableFuture<>();
    public final CountDownLatch inactive = new CountDownLatch(1);
    public final CountDownLatch removed = new CountDownLatch(1);
    public final Digest digest = new Digest();
    public final AtomicInteger reads = new AtomicInteger();
    public final AtomicInteger readCompletes = new AtomicInteger();
    public final List<Object> userEvents = new CopyOnWriteArrayList<>();
    public final List<Throwable> failures = new CopyOnWriteArrayList<>();

    public FdSocketChannel channel() {
        return active.join();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        active.complete((FdSocketChannel) context.channel());
        super.channelActive(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        ByteBuf buffer = (ByteBuf) message;
        try {
            digest.add(buffer);
        } finally {
            buffer.release();
        }
        reads.incrementAndGet();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        readCompletes.incrementAndGet();
        super.channelReadComplete(context);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        userEvents.add(event);
        super.userEventTriggered(context, event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failures.add(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        inactive.countDown();
        super.channelInactive(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        removed.countDown();
    }
}
