package io.fdflux.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** An echo server in a JVM of its own. */
final class EchoListener {

    private EchoListener() {}

    /**
     * Listens, and prints the port.
     *
     * @param notified whether Netty is notified of failed accepts; ServerBootstrap then switches auto-read off for
     *     a second
     * @param failed   receives the failures of accepts
     */
    static Channel start(Loops loops, boolean notified, Consumer<Throwable> failed) throws InterruptedException {
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
                        if (notified) {
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
