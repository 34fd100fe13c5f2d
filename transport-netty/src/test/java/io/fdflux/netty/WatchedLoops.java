package io.fdflux.netty;

import io.fdflux.Command;
import io.fdflux.FdFlux;
import io.fdflux.FdIoHandler;
import io.fdflux.FdLoops;
import io.fdflux.FileFlux;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.ProcessFlux;
import io.fdflux.TailOptions;
import io.fdflux.TimerFlux;
import io.fdflux.poller.Pollers;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import io.fdflux.spi.ReadinessSink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.blockhound.BlockHound;
import reactor.core.publisher.Flux;

/** Runs loops under BlockHound, and prints each step with the blocking calls that BlockHound saw in it. */
final class WatchedLoops {

    private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

    private interface Step {
        void run() throws Exception;
    }

    private WatchedLoops() {}

    public static void main(String[] arguments) throws Exception {
        BlockHound.install(builder -> builder.blockingMethodCallback(method -> SEEN.add(method + " at "
                + StackWalker.getInstance()
                        .walk(frames -> frames.map(StackWalker.StackFrame::toString)
                                .filter(frame -> !frame.contains("reactor.blockhound"))
                                .limit(Integer.getInteger("frames", 12))
                                .toList()))));
        Loops loops = new Loops(2);
        step(
                "sleep of a handler",
                () -> loops.next()
                        .submit(() -> {
                            Thread.sleep(1);
                            return null;
                        })
                        .sync());
        step(
                "open of a file",
                () -> loops.next()
                        .submit(() -> {
                            Descriptor.open(Path.of("/dev/null")).close();
                            return null;
                        })
                        .sync());
        step("connections", () -> connections(loops));
        step("lingering", () -> lingering(loops));
        step("pipes", () -> pipes(loops.loops()));
        step("files", () -> files(loops.loops()));
        step("changes of files", () -> follow(loops.loops()));
        step(
                "processes",
                () -> ProcessFlux.output(loops.loops(), Command.of("echo", "hello"))
                        .doOnNext(ByteBuf::release)
                        .blockLast());
        step(
                "timers",
                () -> TimerFlux.every(loops.loops(), Duration.ofMillis(1))
                        .take(3)
                        .blockLast());
        step("end of the loops", loops::close);
        step("wait that fails", WatchedLoops::failedWait);
        System.out.println("end");
    }

    private static void step(String name, Step step) throws Exception {
        SEEN.clear();
        step.run();
        System.out.println(name + ": " + SEEN);
    }

    private static void connections(Loops loops) throws Exception {
        Channel listener = loops.listen(EchoHandler::new);
        for (int i = 0; i < 10; i++) {
            CountDownLatch answered = new CountDownLatch(100_000);
            Channel client = loops.connect(listener.localAddress(), new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ByteBuf buffer = (ByteBuf) message;
                    for (int n = buffer.readableBytes(); n > 0; n--) {
                        answered.countDown();
                    }
                    buffer.release();
                }
            });
            client.writeAndFlush(Unpooled.wrappedBuffer(new byte[100_000])).sync();
            answered.await();
            client.close().sync();
        }
        listener.close().sync();
    }

    private static final class EchoHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    /** A socket that is closed with bytes left, and whose close(2) may block. */
    private static void lingering(Loops loops) throws Exception {
        Recorder server = new Recorder();
        Channel listener = loops.server(() -> server)
                .option(ChannelOption.SO_SNDBUF, 4096)
                .childOption(ChannelOption.SO_SNDBUF, 4096)
                .childOption(ChannelOption.SO_LINGER, 5)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(listener.localAddress(), 4096)) {
            FdSocketChannel channel = server.channel();
            channel.eventLoop()
                    .submit(() -> {
                        channel.writeAndFlush(Unpooled.directBuffer().writeZero(60_000));
                        channel.close();
                    })
                    .sync();
            peer.readToEnd();
        }
        while (loops.count(Counter.LINGERED) != loops.count(Counter.LINGERING_ENDED)) {
            loops.turn();
        }
        listener.close().sync();
    }

    private static void pipes(FdLoops loops) throws Exception {
        Pipes.Pair pipe = Pipes.pipe();
        Flux<ByteBuf> source =
                Flux.range(0, 100).map(i -> Unpooled.directBuffer().writeZero(10_000));
        FdFlux.write(loops, pipe.second(), source)
                .doFinally(signal -> pipe.second().closeUnchecked())
                .subscribe();
        FdFlux.read(loops, pipe.first()).doOnNext(ByteBuf::release).blockLast();
        pipe.first().close();
    }

    private static void files(FdLoops loops) throws IOException {
        Path file = Files.createTempFile("watched", "");
        loops.write(file, Flux.just(Unpooled.copiedBuffer(new byte[10_000]))).block();
        loops.read(file).doOnNext(ByteBuf::release).blockLast();
        Files.delete(file);
    }

    private static void follow(FdLoops loops) throws IOException {
        Path file = Files.createTempFile("watched", "");
        Files.writeString(file, "one\n");
        FileFlux.lines(loops, file, TailOptions.defaults().fromStart())
                .doOnNext(line -> append(file))
                .take(3)
                .blockLast();
        Files.delete(file);
    }

    private static void append(Path file) {
        Thread.ofPlatform().start(() -> {
            try {
                Files.writeString(file, "more\n", StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The loop pauses, because the kernel would fail the next wait at once. */
    private static void failedWait() throws Exception {
        PollerProvider best = Pollers.select("");
        AtomicBoolean failed = new AtomicBoolean();
        PollerProvider failing = (PollerProvider) Proxy.newProxyInstance(
                WatchedLoops.class.getClassLoader(),
                new Class<?>[] {PollerProvider.class},
                (proxy, method, values) -> method.getName().equals("open")
                        ? new FailingOnce(best.open(), failed)
                        : method.invoke(best, values));
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, FdIoHandler.newFactory(failing));
        group.next().submit(() -> {}).sync();
        while (!failed.get()) {
            group.next().submit(() -> {}).sync();
        }
        group.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS).sync();
    }

    private record FailingOnce(Poller best, AtomicBoolean failed) implements Poller {

        @Override
        public int poll(long timeoutNanos, ReadinessSink sink) throws IOException {
            if (!failed.getAndSet(true)) {
                throw new IOException("the wait fails once");
            }
            return best.poll(timeoutNanos, sink);
        }

        @Override
        public int update(int fd, int before, int now, long token) {
            return best.update(fd, before, now, token);
        }

        @Override
        public void forget(int fd, long token) {
            best.forget(fd, token);
        }

        @Override
        public void wakeup() {
            best.wakeup();
        }

        @Override
        public boolean armSpentByEvent() {
            return best.armSpentByEvent();
        }

        @Override
        public void close() {
            best.close();
        }
    }
}
