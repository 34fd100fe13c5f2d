package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.FdFlux;
import io.fdflux.poller.Pollers;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.spi.Poller;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Invariant 16 in a real sandbox: a call that a kernel or a sandbox refuses falls back to an older one. */
@OnEveryPoller
@EnabledOnOs(value = OS.LINUX, disabledReason = "the sandbox is seccomp's")
@DisabledIfSystemProperty(
        named = Pollers.PROPERTY,
        matches = "kqueue",
        disabledReason = "libkqueue's own calls would be refused too")
class RefusedCallsTest {

    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final List<String> CALLS = List.of(
            "accept4",
            "epoll_create1",
            "epoll_pwait2",
            "eventfd2",
            "pipe2-flags",
            "recvmmsg",
            "sendfile",
            "sendmmsg",
            "socket-flags",
            "splice");

    @BeforeAll
    static void compiler() throws InterruptedException {
        boolean there;
        try {
            there = new ProcessBuilder("cc", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            there = false;
        }
        if (!Boolean.parseBoolean(System.getenv("FDFLUX_REQUIRE_LIBKQUEUE"))) {
            assumeTrue(there, "no C compiler here; scripts/setup-tests installs one");
        }
    }

    static Stream<Arguments> refusals() {
        List<List<String>> sets =
                Stream.concat(CALLS.stream().map(List::of), Stream.of(CALLS)).toList();
        return sets.stream().flatMap(set -> Stream.of(Arguments.of(set, EPERM), Arguments.of(set, ENOSYS)));
    }

    /** Makes each kind of call and prints the results. */
    static final class User {

        private static final int DATAGRAMS = 20;
        private static final int FILE_BYTES = 300_000;
        private static final int WAKEUPS = 100_000;

        private User() {}

        public static void main(String[] arguments) throws Exception {
            Path file = Path.of(arguments[0]);
            Loops loops = new Loops(1);
            try (Poller poller = Pollers.select("").open()) {
                poller.poll(1, (token, readiness, available, errno) -> {});
                Map<String, String> means = poller.means();
                System.out.println(means.get("wake-up") + " " + means.get("wait"));
            }
            wakeUps(loops.next());
            streams(loops, file);
            datagrams(loops);
            descriptors(loops);
            loops.close();
            System.out.println("end");
        }

        /** Sends more wake-ups than a pipe holds, one per turn, so that the loop blocks in between. */
        private static void wakeUps(EventLoop loop) throws Exception {
            CountDownLatch run = new CountDownLatch(WAKEUPS);
            for (int i = 0; i < WAKEUPS; i++) {
                loop.execute(run::countDown);
            }
            run.await();
            for (int i = 0; i < 100; i++) {
                loop.submit(() -> {}).get();
                loop.schedule(() -> {}, 100, TimeUnit.MICROSECONDS).get();
            }
            System.out.println("woken");
        }

        private static void streams(Loops loops, Path file) throws Exception {
            Channel listener = loops.listen(() -> new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    context.write(message);
                    context.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, FILE_BYTES));
                }
            });
            String expected = Digest.of(Files.readAllBytes(file)).end();
            for (int i = 0; i < 3; i++) {
                try (Peer peer = Peer.connect(listener).send("hello")) {
                    byte[] echo = peer.read(5);
                    String digest = Digest.of(peer.read(FILE_BYTES)).end();
                    System.out.println(new String(echo, StandardCharsets.US_ASCII) + " " + digest.equals(expected));
                }
            }
            Recorder recorder = new Recorder();
            FdSocketChannel client = loops.connect(listener.localAddress(), recorder);
            try {
                client.spliceTo(client, 1).cancel(true);
                System.out.println("splices");
            } catch (UnsupportedOperationException e) {
                System.out.println("unsupported " + client.isActive());
            }
        }

        private static void datagrams(Loops loops) throws Exception {
            CountDownLatch received = new CountDownLatch(DATAGRAMS);
            Bootstrap bootstrap = new Bootstrap()
                    .group(loops.group())
                    .channel(FdDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                        @Override
                        public boolean isSharable() {
                            return true;
                        }

                        @Override
                        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                            received.countDown();
                        }
                    });
            Channel receiver = bootstrap.bind(Loops.anyPort()).sync().channel();
            Channel sender = bootstrap.bind(Loops.anyPort()).sync().channel();
            for (int i = 0; i < DATAGRAMS; i++) {
                sender.write(new DatagramPacket(
                        Unpooled.wrappedBuffer(new byte[] {1, 2, 3}), (InetSocketAddress) receiver.localAddress()));
            }
            sender.writeAndFlush(Unpooled.EMPTY_BUFFER).sync();
            received.await();
            System.out.println("datagrams");
        }

        private static void descriptors(Loops loops) throws Exception {
            Pipes.Pair pipe = Pipes.pipe();
            try (Descriptor end = pipe.first()) {
                Io.write(pipe.second().number(), Arena.global().allocate(7).address(), 7);
                pipe.second().close();
                System.out.println(FdFlux.read(loops.loops(), end)
                        .map(buffer -> {
                            int bytes = buffer.readableBytes();
                            buffer.release();
                            return bytes;
                        })
                        .reduce(Integer::sum)
                        .block());
            }
        }
    }

    @ParameterizedTest(name = "{0} returns {1}")
    @MethodSource("refusals")
    void everythingWorksWithoutIt(List<String> calls, int errno) throws Exception {
        Path file = Files.createTempFile("refused", ".bin");
        try {
            Files.write(file, Digest.bytes(User.FILE_BYTES, 1));
            List<String> specs = calls.stream().map(call -> call + ":" + errno).toList();
            try (Fork fork = Fork.refused(specs, User.class, file)) {
                assertThat(fork.line())
                        .isEqualTo((calls.contains("eventfd2") ? "pipe " : "eventfd ")
                                + (calls.contains("epoll_pwait2") ? "epoll_wait" : "epoll_pwait2"));
                assertThat(fork.line()).isEqualTo("woken");
                for (int i = 0; i < 3; i++) {
                    assertThat(fork.line()).isEqualTo("hello true");
                }
                assertThat(fork.line()).isEqualTo(calls.contains("splice") ? "unsupported true" : "splices");
                assertThat(fork.line()).isEqualTo("datagrams");
                assertThat(fork.line()).isEqualTo("7");
                assertThat(fork.line()).isEqualTo("end");
            }
        } finally {
            Files.delete(file);
        }
    }
}
