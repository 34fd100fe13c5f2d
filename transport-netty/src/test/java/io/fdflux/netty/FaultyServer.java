package io.fdflux.netty;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.Scanner;
import java.util.concurrent.atomic.AtomicInteger;

/** An echo server in a JVM of its own whose system calls fail when it is told so, one command a line. */
final class FaultyServer {

    private FaultyServer() {}

    public static void main(String[] arguments) throws Exception {
        boolean told = Boolean.parseBoolean(arguments[0]);
        AtomicInteger exceptions = new AtomicInteger();
        Loops loops = new Loops(2);
        Channel listener = loops.server(() -> new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        context.writeAndFlush(message);
                    }
                })
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        exceptions.incrementAndGet();
                        if (told) {
                            context.fireExceptionCaught(cause); // to ServerBootstrap, which switches auto-read off
                        }
                    }
                })
                .bind(Loops.anyPort())
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
        Scanner commands = new Scanner(System.in);
        while (commands.hasNext()) {
            String answer = switch (commands.next()) {
                case "fault" -> {
                    Faults.script(commands.next(), commands.nextInt(), commands.nextInt());
                    yield "scripted";
                }
                case "left" -> Integer.toString(Faults.left(commands.next()));
                case "counts" ->
                    loops.count(Counter.ACCEPT_ERRORS) + " " + loops.count(Counter.ACCEPTED) + " "
                            + loops.count(Counter.WAIT_CALLS) + " " + exceptions;
                case "move" -> {
                    new Mover(loops).move(listener);
                    yield "moved";
                }
                case "bind" -> {
                    ChannelFuture bound = loops.server(ChannelInboundHandlerAdapter::new)
                            .bind(Loops.anyPort())
                            .await();
                    yield String.valueOf(bound.cause());
                }
                case "connect" -> {
                    ChannelFuture connected = loops.client(new Recorder())
                            .connect(listener.localAddress())
                            .await();
                    connected.channel().close().sync();
                    yield String.valueOf(connected.cause());
                }
                default -> "what?";
            };
            System.out.println(answer);
        }
        loops.close();
    }
}
