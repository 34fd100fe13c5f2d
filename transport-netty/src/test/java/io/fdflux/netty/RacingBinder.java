package io.fdflux.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.Future;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Binds a Unix-domain listener at the same moment as others do. Threads and JVMs wait for a number in a file that all
 * have mapped. A listener sends one byte per connection, which identifies it.
 */
final class RacingBinder {

    private static final VarHandle ROUND = ValueLayout.JAVA_INT.varHandle();

    private final Loops loops;
    private final byte name;
    private final MemorySegment round;

    RacingBinder(Loops loops, int name, MemorySegment round) {
        this.loops = loops;
        this.name = (byte) name;
        this.round = round;
    }

    static MemorySegment round(Path file) throws Exception {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Integer.BYTES, Arena.ofAuto());
        }
    }

    static void begin(MemorySegment round, int number) {
        ROUND.setVolatile(round, 0L, number);
    }

    /** Returns a registered channel whose bind starts with the round. */
    Channel channel() {
        ServerBootstrap server = DomainSockets.server(loops, () -> new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                ByteBuf mine = context.alloc().directBuffer(1).writeByte(name);
                context.writeAndFlush(mine).addListener(written -> context.close());
            }
        });
        return server.register().syncUninterruptibly().channel();
    }

    Future<ChannelFuture> bind(Channel channel, DomainSocketAddress address, int number) {
        return channel.eventLoop().submit(() -> {
            while ((int) ROUND.getVolatile(round, 0L) != number) {
                Thread.onSpinWait();
            }
            return channel.bind(address);
        });
    }

    /** Reads rounds from standard input: "round", "path", then "close". */
    public static void main(String[] arguments) throws Exception {
        Loops loops = new Loops(1);
        RacingBinder binder = new RacingBinder(loops, Integer.parseInt(arguments[0]), round(Path.of(arguments[1])));
        DomainSocketAddress address = new DomainSocketAddress(arguments[2]);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            Channel channel = binder.channel();
            Future<ChannelFuture> bound = binder.bind(channel, address, Integer.parseInt(command));
            System.out.println("ready");
            System.out.println(String.valueOf(bound.get().await().cause()).replace('\n', ' '));
            commands.readLine();
            channel.close().sync();
            System.out.println("closed");
        }
        loops.close();
    }
}
