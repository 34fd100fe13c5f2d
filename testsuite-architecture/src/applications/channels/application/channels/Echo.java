package application.channels;

import io.fdflux.FdLoops;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Serves an echo, and connects to it. */
public final class Echo {

    private Echo() {}

    @Sharable
    private static final class Answer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private static final class Print extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            System.out.println(buffer.toString(StandardCharsets.UTF_8));
            buffer.release();
            context.close();
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        try (FdLoops loops = FdLoops.builder().loops(1).build()) {
            Channel listener = new ServerBootstrap()
                    .group(loops.group())
                    .channel(FdServerSocketChannel.class)
                    .childOption(FdChannelOption.TCP_KEEPIDLE, 60)
                    .childHandler(new Answer())
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync()
                    .channel();
            Channel client = new Bootstrap()
                    .group(loops.group())
                    .channel(FdSocketChannel.class)
                    .handler(new Print())
                    .connect(listener.localAddress())
                    .sync()
                    .channel();
            client.writeAndFlush(Unpooled.copiedBuffer("echo", StandardCharsets.UTF_8));
            client.closeFuture().sync();
        }
    }
}
