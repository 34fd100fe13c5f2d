package io.fdflux.netty;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;

/** An echo server in a JVM of its own whose system calls fail on command. */
final class FaultyServer {

    private FaultyServer() {}

    public static void main(String[] arguments) throws Exception {
        AtomicInteger exceptions = new AtomicInteger();
        Loops loops = new Loops(2);
        Channel listener =
                EchoListener.start(loops, Boolean.parseBoolean(arguments[0]), failure -> exceptions.incrementAndGet());
        FaultCommands.obey(command -> switch (command) {
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
        });
        loops.close();
    }
}
