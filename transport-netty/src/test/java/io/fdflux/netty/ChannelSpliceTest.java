package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.posix.Descriptor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Splices a source, fed by one peer, to a target, read by another peer. */
@OnEveryPoller
@EnabledOnOs(OS.LINUX)
class ChannelSpliceTest {

    private static final int LARGE = 64 << 20;
    private static final int MIDDLE = 8 << 20;
    private static final int SMALL = 4096;
    private static final long ALL = Long.MAX_VALUE;

    @RegisterExtension
    final Loops loops = new Loops(2);

    @TempDir
    Path folder;

    private final Recorder from = new Recorder();
    private final Recorder to = new Recorder();
    private Peer feeder;
    private Peer reader;
    private FdSocketChannel source;
    private FdSocketChannel target;

    @BeforeEach
    void connect() {
        feeder = Peer.connect(listener(from, true));
        source = from.channel();
        reader = Peer.connect(listener(to, true).localAddress(), SMALL);
        target = to.channel();
    }

    @AfterEach
    void disconnect() throws IOException {
        feeder.close();
        reader.close();
    }

    private Channel listener(Recorder recorder, boolean autoRead) {
        return loops.server(() -> recorder)
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .bind(Loops.anyPort())
                .syncUninterruptibly()
                .channel();
    }

    private static CompletableFuture<Void> sending(Peer peer, byte[] bytes, boolean end) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        peer.send(bytes);
                        if (end) {
                            peer.end();
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofPlatform().start(task));
    }

    private static CompletableFuture<String> digesting(Peer peer) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return peer.digest().end();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofPlatform().start(task));
    }

    private static String digest(byte[] bytes) {
        return Digest.of(bytes).end();
    }

    /** Starts a splice, and returns once the splice reads instead of the pipeline. */
    private Future<Long> splice(DuplexChannel to, long length) throws InterruptedException {
        return started(source.spliceTo(to, length));
    }

    private Future<Long> started(Future<Long> splice) throws InterruptedException {
        source.eventLoop().submit(() -> {}).sync();
        target.eventLoop().submit(() -> {}).sync();
        return splice;
    }

    private static Throwable cause(Future<Long> splice) throws InterruptedException {
        return splice.await().cause();
    }

    /** Waits until no further byte can move. */
    private void stuck() {
        await().until(() -> calls() > 0);
        AtomicLong last = new AtomicLong();
        await().during(50, TimeUnit.MILLISECONDS).until(() -> last.getAndSet(calls()) == calls());
    }

    private long calls() {
        return loops.count(Counter.READ_CALLS) + loops.count(Counter.WRITE_CALLS);
    }

    /** A close that lingers continues on another thread. */
    @Test
    void aSourceWhoseCloseMayWaitIsClosed() throws Exception {
        source.config().setSoLinger(1);
        Future<Long> splice = splice(target, ALL);
        Future<Long> second = splice(target, ALL);
        source.close().sync();
        assertThat(cause(splice)).isInstanceOf(ClosedChannelException.class);
        assertThat(cause(second)).isInstanceOf(ClosedChannelException.class);
        assertThat(target.isOpen()).isTrue();
    }

    @Test
    void thousandsThatEndAtOnceTakeNoStack() throws Exception {
        Future<Long> first = splice(target, ALL);
        Future<Long> last = null;
        for (int i = 0; i < 50_000; i++) {
            last = source.spliceTo(target, 0);
        }
        Future<Long> real = started(source.spliceTo(target, 3));
        first.cancel(false);
        assertThat(last.sync().getNow()).isZero();
        feeder.send("abcdef");
        assertThat(reader.read(3)).asString().isEqualTo("abc");
        assertThat(real.sync().getNow()).isEqualTo(3);
        await().until(() -> from.digest.length() == 3);
    }

    @Test
    void anEchoOfMuch() throws Exception {
        byte[] bytes = Digest.bytes(LARGE, 1);
        Future<Long> splice = splice(source, ALL);
        splice.addListener(done -> source.shutdownOutput());
        var sent = sending(feeder, bytes, true);
        assertThat(feeder.digest().end()).isEqualTo(digest(bytes));
        sent.get();
        assertThat(splice.get()).isEqualTo(LARGE);
        assertThat(from.reads).hasValue(0);
    }

    @Test
    void aProxyOfMuchBothWays() throws Exception {
        byte[] there = Digest.bytes(LARGE, 1);
        byte[] back = Digest.bytes(LARGE, 2);
        source.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        target.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        Future<Long> out = splice(target, ALL);
        Future<Long> in = started(target.spliceTo(source, ALL));
        out.addListener(done -> target.shutdownOutput());
        in.addListener(done -> source.shutdownOutput());
        var sentThere = sending(feeder, there, true);
        var sentBack = sending(reader, back, true);
        var gotBack = digesting(feeder);
        assertThat(reader.digest().end()).isEqualTo(digest(there));
        assertThat(gotBack.get()).isEqualTo(digest(back));
        assertThat(out.get()).isEqualTo(LARGE);
        assertThat(in.get()).isEqualTo(LARGE);
        sentThere.get();
        sentBack.get();
        source.close().sync();
        target.close().sync();
    }

    @Test
    void exactlyTheLengthIsMovedAndTheRestIsRead() throws Exception {
        byte[] bytes = Digest.bytes(MIDDLE, 1);
        Future<Long> splice = splice(target, 3_000_001);
        var sent = sending(feeder, bytes, true);
        assertThat(reader.read(3_000_001)).isEqualTo(Arrays.copyOf(bytes, 3_000_001));
        assertThat(splice.get()).isEqualTo(3_000_001);
        from.inactive.await();
        assertThat(from.digest.end()).isEqualTo(digest(Arrays.copyOfRange(bytes, 3_000_001, MIDDLE)));
        sent.get();
    }

    @Test
    void splicesFollowOneAnother() throws Exception {
        byte[] bytes = Digest.bytes(MIDDLE, 1);
        Future<Long> none = splice(target, 0);
        Future<Long> first = splice(target, 1_000_000);
        Future<Long> second = splice(source, 2_000_000);
        Future<Long> third = splice(target, ALL);
        Future<Long> afterTheEnd = splice(target, ALL);
        var sent = sending(feeder, bytes, true);
        third.addListener(done -> target.close());
        var echoed = digesting(feeder);
        byte[] got = reader.readToEnd();
        assertThat(none.get()).isZero();
        assertThat(first.get()).isEqualTo(1_000_000);
        assertThat(second.get()).isEqualTo(2_000_000);
        assertThat(third.get()).isEqualTo(MIDDLE - 3_000_000);
        assertThat(afterTheEnd.get()).isZero();
        assertThat(echoed.get()).isEqualTo(digest(Arrays.copyOfRange(bytes, 1_000_000, 3_000_000)));
        byte[] expected = new byte[MIDDLE - 2_000_000];
        System.arraycopy(bytes, 0, expected, 0, 1_000_000);
        System.arraycopy(bytes, 3_000_000, expected, 1_000_000, MIDDLE - 3_000_000);
        assertThat(digest(got)).isEqualTo(digest(expected));
        sent.get();
    }

    @Test
    void splicedBytesKeepTheirPlaceInTheTargetsQueue() throws Exception {
        byte[] head = Digest.bytes(2 << 20, 1);
        byte[] body = Digest.bytes(100_000, 2);
        byte[] tail = Digest.bytes(1000, 3);
        target.writeAndFlush(Digest.direct(head));
        Future<Long> splice = splice(target, body.length);
        splice.addListener(done -> target.writeAndFlush(Digest.direct(tail)));
        feeder.send(body);
        assertThat(reader.read(head.length)).isEqualTo(head);
        assertThat(reader.read(body.length)).isEqualTo(body);
        assertThat(reader.read(tail.length)).isEqualTo(tail);
        assertThat(splice.get()).isEqualTo(body.length);
    }

    /** The case of a proxy that has first read the destination. */
    @Test
    void aSpliceThatBeginsInARead() throws Exception {
        byte[] bytes = Digest.bytes(MIDDLE, 1);
        byte[] head = new byte[1000];
        CompletableFuture<Future<Long>> splice = new CompletableFuture<>();
        source.pipeline().addFirst(new ByteToMessageDecoder() {
            @Override
            protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
                if (in.readableBytes() >= head.length && !splice.isDone()) {
                    in.readBytes(head);
                    byte[] rest = new byte[in.readableBytes()];
                    in.readBytes(rest);
                    target.writeAndFlush(Digest.direct(rest));
                    splice.complete(source.spliceTo(target, ALL));
                }
            }
        });
        source.eventLoop().submit(() -> {}).sync(); // until the loop has added the handler, bytes would bypass it
        var sent = sending(feeder, bytes, true);
        source.closeFuture().addListener(closed -> target.close());
        assertThat(reader.digest().end()).isEqualTo(digest(Arrays.copyOfRange(bytes, head.length, MIDDLE)));
        assertThat(head).isEqualTo(Arrays.copyOf(bytes, head.length));
        assertThat(splice.get().get()).isPositive();
        sent.get();
    }

    @Test
    void aSlowTargetHoldsTheSourceBack() throws Exception {
        byte[] bytes = Digest.bytes(LARGE, 1);
        Future<Long> splice = splice(target, ALL);
        splice.addListener(done -> target.shutdownOutput());
        long before = loops.count(Counter.BYTES_READ);
        var sent = sending(feeder, bytes, true);
        stuck();
        long read = loops.count(Counter.BYTES_READ) - before;
        assertThat(read).isPositive().isLessThan(LARGE / 2);
        assertThat(loops.count(Counter.BYTES_READ) - loops.count(Counter.BYTES_WRITTEN))
                .as("in the pipe")
                .isLessThanOrEqualTo(2 << 20);
        assertThat(reader.digest().end()).isEqualTo(digest(bytes));
        assertThat(splice.get()).isEqualTo(LARGE);
        sent.get();
    }

    @Test
    void whatIsAskedMeanwhileCountsAfterwardsAndNothingElseIsRead() throws Exception {
        Recorder quiet = new Recorder();
        try (Peer peer = Peer.connect(listener(quiet, false))) {
            FdSocketChannel channel = quiet.channel();
            Future<Long> splice = channel.spliceTo(target, 3);
            peer.send("abcdef");
            assertThat(splice.get()).isEqualTo(3);
            assertThat(new String(reader.read(3))).isEqualTo("abc");
            loops.turn(); // and the listener has finished
            Deltas deltas = new Deltas(loops);
            loops.turn();
            assertThat(deltas.of(Counter.READ_CALLS)).isZero();
            assertThat(quiet.reads).hasValue(0);
            Future<Long> second = channel.spliceTo(target, 1);
            channel.read();
            second.sync();
            await().until(() -> quiet.digest.length() == 2);
        }
    }

    @Test
    void autoReadThatIsSwitchedOffDoesNotEndASplice() throws Exception {
        Future<Long> splice = splice(target, 6);
        feeder.send("abc");
        assertThat(new String(reader.read(3))).isEqualTo("abc");
        source.config().setAutoRead(false);
        loops.turn();
        feeder.send("defghi");
        assertThat(new String(reader.read(3))).isEqualTo("def");
        assertThat(splice.get()).isEqualTo(6);
        loops.turn();
        assertThat(from.reads).hasValue(0);
        source.config().setAutoRead(true);
        await().until(() -> from.digest.length() == 3);
    }

    @Test
    void aCancelledSpliceLosesNothing() throws Exception {
        byte[] bytes = Digest.bytes(LARGE, 1);
        Future<Long> splice = splice(target, ALL);
        var sent = sending(feeder, bytes, true);
        stuck(); // the pipe holds something
        assertThat(splice.cancel(false)).isTrue();
        target.eventLoop().submit(() -> {}).sync();
        CompletableFuture<byte[]> got = CompletableFuture.supplyAsync(() -> {
            try {
                return reader.readToEnd();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        from.inactive.await();
        target.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        Digest rest = from.digest;
        int moved = got.get().length;
        assertThat(moved + rest.length()).isEqualTo(LARGE);
        assertThat(Arrays.equals(got.get(), Arrays.copyOf(bytes, moved))).isTrue();
        assertThat(rest.end()).isEqualTo(digest(Arrays.copyOfRange(bytes, moved, LARGE)));
        sent.get();
    }

    @Test
    void anIdleSpliceThatIsCancelledReadsNoMore() throws Exception {
        Future<Long> splice = splice(target, ALL);
        Future<Long> queued = splice(target, ALL);
        loops.turn();
        assertThat(queued.cancel(false)).isTrue();
        assertThat(splice.cancel(false)).isTrue();
        feeder.send("abc");
        await().until(() -> from.digest.length() == 3);
    }

    @Test
    void aTargetThatIsClosedFailsTheSpliceAndTheSourceGoesOn() throws Exception {
        Future<Long> splice = splice(target, ALL);
        loops.turn();
        target.close().sync();
        assertThat(cause(splice)).isInstanceOf(ClosedChannelException.class);
        assertThat(cause(splice(target, 1))).isInstanceOf(ClosedChannelException.class);
        feeder.send("abc");
        await().until(() -> from.digest.length() == 3);
    }

    @Test
    void aTargetWhosePeerResetsFailsTheSplice() throws Exception {
        Future<Long> splice = splice(target, ALL);
        var sent = sending(feeder, Digest.bytes(MIDDLE * 2, 1), false);
        stuck();
        reader.reset();
        assertThat(cause(splice)).isInstanceOf(IOException.class);
        to.inactive.await();
        sent.get(); // because the source's pipeline now reads all bytes
        assertThat(source.isActive()).isTrue();
    }

    @Test
    void aSourceThatIsClosedFailsTheSpliceAndThePipeIsEmptied() throws Exception {
        byte[] bytes = Digest.bytes(LARGE, 1);
        Future<Long> splice = splice(target, ALL);
        Future<Long> queued = splice(target, ALL);
        var sent = sending(feeder, bytes, false);
        stuck();
        source.close().sync();
        assertThat(cause(splice)).isInstanceOf(ClosedChannelException.class);
        assertThat(cause(queued)).isInstanceOf(ClosedChannelException.class);
        assertThat(cause(splice(target, ALL))).isInstanceOf(ClosedChannelException.class);
        long moved = loops.count(Counter.BYTES_READ);
        target.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        byte[] got = reader.readToEnd();
        assertThat(got.length).isEqualTo((int) moved);
        assertThat(Arrays.equals(got, Arrays.copyOf(bytes, got.length))).isTrue();
        assertThatThrownBy(sent::get).isInstanceOf(ExecutionException.class);
    }

    @Test
    void aSourceThatIsResetFailsTheSplice() throws Exception {
        Future<Long> splice = splice(target, ALL);
        feeder.send("abc");
        assertThat(new String(reader.read(3))).isEqualTo("abc");
        feeder.reset();
        assertThat(cause(splice)).isInstanceOf(IOException.class);
        from.inactive.await();
        assertThat(from.failures).hasSize(1).allMatch(IOException.class::isInstance);
        assertThat(target.isActive()).isTrue();
    }

    @Test
    void aPeerThatGoesWhileTheTargetIsFullIsNoticedAfterwards() throws Exception {
        int length = MIDDLE;
        byte[] bytes = Digest.bytes(length, 1);
        source.config().setAutoRead(false);
        Future<Long> splice = splice(target, length);
        var sent = sending(feeder, bytes, true);
        stuck();
        assertThat(splice.isDone()).isFalse();
        assertThat(reader.read(length)).isEqualTo(bytes);
        assertThat(splice.get()).isEqualTo(length);
        from.inactive.await();
        sent.get();
    }

    @Test
    void inputThatIsShutDownEndsTheSplice() throws Exception {
        Future<Long> splice = splice(target, ALL);
        feeder.send("abc");
        assertThat(new String(reader.read(3))).isEqualTo("abc");
        source.shutdownInput().sync();
        assertThat(splice.get()).isEqualTo(3);
        assertThat(source.spliceTo(target, 5).get()).isZero();
    }

    @Test
    void anOutputThatIsShutDownTakesNoSplice() throws Exception {
        target.shutdownOutput().sync();
        assertThat(cause(splice(target, ALL))).isInstanceOf(ClosedChannelException.class);
        feeder.send("abc");
        await().until(() -> from.digest.length() == 3);
    }

    @Test
    void aSourceThatMovesToAnotherLoopIsSplicedOn() throws Exception {
        byte[] bytes = Digest.bytes(LARGE, 1);
        Future<Long> splice = splice(target, ALL);
        splice.addListener(done -> target.shutdownOutput());
        var sent = sending(feeder, bytes, true);
        var got = digesting(reader);
        for (FdSocketChannel channel : new FdSocketChannel[] {source, target, source, target, source}) {
            EventLoop before = channel.eventLoop();
            channel.deregister().sync();
            EventLoop next = loops.next();
            while (next == before) {
                next = loops.next();
            }
            next.register(channel).sync();
            loops.turn();
        }
        assertThat(got.get()).isEqualTo(digest(bytes));
        assertThat(splice.get()).isEqualTo(LARGE);
        assertThat(from.reads).hasValue(0);
        sent.get();
    }

    @Test
    void intoAFile() throws Exception {
        byte[] bytes = Digest.bytes(MIDDLE, 1);
        Path path = Files.write(folder.resolve("file"), new byte[10]);
        try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "rw")) {
            try (Descriptor file = writable(path)) {
                Future<Long> splice = started(source.spliceTo(file, 7, MIDDLE));
                sending(feeder, bytes, true);
                assertThat(splice.get()).isEqualTo(MIDDLE);
            }
            byte[] content = Files.readAllBytes(path);
            assertThat(content).hasSize(MIDDLE + 7);
            assertThat(Arrays.equals(content, 7, content.length, bytes, 0, MIDDLE))
                    .isTrue();
            assertThat(open.getFilePointer()).isZero();
        }
    }

    /** Opens a file for writing by the name of an open descriptor, because the API has no open(2) for it. */
    private static Descriptor writable(Path path) throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path fd : all.toList()) {
                if (Files.exists(fd) && Files.isSameFile(fd, path)) {
                    return Descriptor.of(Integer.parseInt(fd.getFileName().toString()), number -> 0);
                }
            }
        }
        throw new IOException("not open: " + path);
    }

    @Test
    void aFileThatTakesNothingFailsTheSplice() throws Exception {
        Path path = Files.write(folder.resolve("file"), new byte[10]);
        Descriptor file = Descriptor.open(path);
        Future<Long> splice = started(source.spliceTo(file, 0, ALL));
        feeder.send("abc");
        assertThat(cause(splice)).isInstanceOf(IOException.class).hasMessageContaining("EBADF");
        file.close();
        assertThat(cause(source.spliceTo(file, 0, ALL))).isInstanceOf(ClosedChannelException.class);
        feeder.send("def");
        await().until(() -> from.digest.length() == 3);
    }

    @Test
    void badInputIsRefused() throws Exception {
        assertThatThrownBy(() -> source.spliceTo(target, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> source.spliceTo(Descriptor.of(0, n -> 0), -1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        DuplexChannel stranger = new NioSocketChannel();
        assertThatThrownBy(() -> source.spliceTo(stranger, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NioSocketChannel");
        stranger.unsafe().closeForcibly();
        FdSocketChannel unconnected = new FdSocketChannel();
        loops.next().register(unconnected).sync();
        assertThat(cause(unconnected.spliceTo(target, 1))).isInstanceOf(NotYetConnectedException.class);
        assertThat(cause(source.spliceTo(unconnected, 1))).isInstanceOf(IOException.class);
        unconnected.close().sync();
    }

    @ParameterizedTest(name = "of {0} bytes, the first: {1}")
    @CsvSource({"10,true", "10,false", "0,true", "0,false"})
    void aSpliceThatIsCancelledBeforeTheLoopComesToItHoldsNobodyUp(long length, boolean first) throws Exception {
        if (!first) {
            splice(target, 10);
        }
        Future<Long> next;
        try (var _ = HeldLoop.hold(source.eventLoop())) {
            assertThat(source.spliceTo(target, length).cancel(false)).isTrue();
            next = source.spliceTo(target, 10);
        }
        feeder.send(new byte[30]).end();
        assertThat(next.get()).isEqualTo(10);
        assertThat(from.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(from.digest.length()).isEqualTo(first ? 20 : 10);
    }

    /** The earlier flush is written before the read, and its listener starts a splice. */
    @Test
    void aReadIsAnsweredAfterTheSpliceThatAWriteBegan() throws Exception {
        Recorder fresh = new Recorder();
        try (Peer peer = Peer.connect(listener(fresh, false))) {
            FdSocketChannel channel = fresh.channel();
            channel.eventLoop()
                    .submit(() -> {
                        channel.writeAndFlush(Digest.direct(new byte[6]))
                                .addListener(done -> channel.spliceTo(target, 10));
                        channel.read();
                    })
                    .sync();
            assertThat(peer.read(6)).hasSize(6);
            peer.send(new byte[10]);
            assertThat(reader.read(10)).hasSize(10);
            peer.send(new byte[5]);
            await().until(() -> fresh.digest.length() == 5);
        }
    }

    @Test
    void aSpliceThatEndsBetweenLoopsLeavesTheGoneSourceToTheNext() throws Exception {
        Loops others = new Loops(1);
        source.config().setAutoRead(false);
        target.writeAndFlush(Digest.direct(new byte[MIDDLE]));
        Future<Long> splice = splice(target, 100);
        feeder.send(new byte[100]);
        feeder.close();
        loops.turn();
        source.deregister().sync();
        assertThat(reader.read(MIDDLE + 100)).hasSize(MIDDLE + 100);
        assertThat(splice.get()).isEqualTo(100);
        others.next().register(source).sync();
        assertThat(from.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        source.closeFuture().sync();
        await().until(() -> !source.isRegistered());
        others.close();
    }
}
