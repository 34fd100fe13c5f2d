package io.fdflux.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** A UDP socket in a JVM of its own whose reads fail on command. */
final class FaultyReceiver {

    private FaultyReceiver() {}

    public static void main(String[] arguments) throws Exception {
        AtomicInteger received = new AtomicInteger();
        AtomicInteger exceptions = new AtomicInteger();
        Loops loops = new Loops(1);
        Channel channel = new Bootstrap()
                .group(loops.group())
                .channel(FdDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        ReferenceCountUtil.release(message);
                        received.incrementAndGet();
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        exceptions.incrementAndGet();
                    }
                })
                .bind(Loops.anyPort())
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
        FaultCommands.obey(command -> command.equals("counts") ? received + " " + exceptions : "what?");
        loops.close();
    }
}
