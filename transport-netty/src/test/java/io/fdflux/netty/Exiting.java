package io.fdflux.netty;

import io.fdflux.FdLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Writes to a port, and ends the process as soon as the write has succeeded. */
public final class Exiting {

    /** Who ends the process. */
    public enum Way {
        THE_LISTENER_OF_THE_WRITE,
        ANOTHER_THREAD,
        THE_END_OF_MAIN,
        AFTER_A_CLOSE
    }

    private Exiting() {}

    /** The port, the way, and how many bytes. */
    public static void main(String[] arguments) throws Exception {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        Way way = Way.valueOf(arguments[1]);
        byte[] bytes = Digest.bytes(Integer.parseInt(arguments[2]), 1);
        FdLoops loops = FdLoops.builder().name("exiting").loops(1).daemon(true).build();
        var channel = new Bootstrap()
                .group(loops.group())
                .channel(FdSocketChannel.class)
                .option(ChannelOption.SO_SNDBUF, 4096)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(address)
                .sync()
                .channel();
        var written = channel.eventLoop().newPromise();
        channel.eventLoop()
                .execute(() -> channel.writeAndFlush(Digest.direct(bytes)).addListener(done -> {
                    if (way == Way.THE_LISTENER_OF_THE_WRITE) {
                        System.exit(0);
                    }
                    if (way == Way.AFTER_A_CLOSE) {
                        channel.close();
                    }
                    written.setSuccess(null);
                }));
        written.sync();
        if (way != Way.THE_END_OF_MAIN) {
            System.exit(0);
        }
    }
}
