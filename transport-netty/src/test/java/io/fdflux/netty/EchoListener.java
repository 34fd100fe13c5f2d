package io.fdflux.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** A listener in a JVM of its own: what comes is sent back. */
final class EchoListener {

    private EchoListener() {}

    /**
     * Listens, and prints the port.
     *
     * @param told   whether Netty is told of failed accepts too: ServerBootstrap switches auto-read off for a
     *     second then
     * @param failed gets what accepts fail with
     */
    static Channel start(Loops loops, boolean told, Consumer<Throwable> failed) throws InterruptedException {
        Channel listener = loops.server(() -> new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        context.writeAndFlush(message);
                    }
                })
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        failed.accept(cause);
                        if (told) {
                            context.fireExceptionCaught(cause);
                        }
                    }
                })
                .bind(Loops.anyPort())
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
        return listener;
    }
}
