package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslContext;
import io.netty.util.IllegalReferenceCountException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 15: one send a channel and turn, promises at once, order always. */
@OnEveryPoller
@Tag("staging")
class StagingTest {

    private static final int FLUSHES = 100;
    private static final int BOUND = 64 * 1024;
    private static final int SMALL = 4096;
    private static final int LARGE = 20_000;

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Recorder server = new Recorder();
    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
    private Channel listener;

    @BeforeEach
    void listen() {
        listener = loops.listen(() -> server);
    }

    /** The accepted channel, which has nothing left to do. */
    private FdSocketChannel accepted() {
        FdSocketChannel channel = server.channel();
        loops.turn();
        return channel;
    }

    private <T> T onLoop(Channel channel, Callable<T> task) throws Exception {
        return channel.eventLoop().submit(task).get(60, TimeUnit.SECONDS);
    }

    private ChannelFuture flush(Channel channel, int length) {
        return channel.writeAndFlush(message(length));
    }

    /** {@return the next bytes that are expected} */
    private ByteBuf message(int length) {
        byte[] bytes = Digest.bytes(length, expected.size());
        expected.writeBytes(bytes);
        return Digest.direct(bytes);
    }

    private void assertArrives(Peer peer) throws IOException {
        assertThat(peer.read(expected.size())).isEqualTo(expected.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 600})
    void theFlushesOfATurnLeaveInOneSend(int length) throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            Deltas deltas = new Deltas(loops);
            onLoop(channel, () -> {
                for (int i = 0; i < FLUSHES; i++) {
                    assertThat(flush(channel, length).isSuccess()).isTrue();
                }
                assertThat(deltas.of(Counter.WRITE_CALLS)).isZero();
                return null;
            });
            assertArrives(peer);
            loops.turn();
            assertThat(deltas.of(Counter.WRITE_CALLS)).isOne();
            assertThat(deltas.of(Counter.STAGED)).isEqualTo(FLUSHES);
            assertThat(deltas.of(Counter.BYTES_WRITTEN)).isEqualTo(expected.size());
        }
    }

    /** Their listeners may do much, as those of HTTP/2, which end its streams. */
    @Test
    void manyMessagesOfOneFlushLeaveAheadOfTheirListenersOnceATurn() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            Deltas deltas = new Deltas(loops);
            onLoop(channel, () -> {
                assertThat(writesBeforeSuccess(channel, deltas, 15)).isZero();
                assertThat(writesBeforeSuccess(channel, deltas, 16)).isOne();
                assertThat(writesBeforeSuccess(channel, deltas, 16)).isOne();
                assertThat(writesBeforeSuccess(channel, deltas, 100)).isOne();
                return null;
            });
            assertArrives(peer);
            loops.turn();
            assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(2);
            assertThat(deltas.of(Counter.STAGED)).isEqualTo(15 + 16 + 100);
            onLoop(
                    channel,
                    () -> assertThat(writesBeforeSuccess(channel, deltas, 16)).isEqualTo(3));
        }
    }

    /** {@return the calls so far when the first of some messages that are flushed together has succeeded} */
    private long writesBeforeSuccess(Channel channel, Deltas deltas, int messages) {
        AtomicLong writes = new AtomicLong(-1);
        for (int i = 0; i < messages; i++) {
            channel.write(message(10)).addListener(done -> writes.compareAndSet(-1, deltas.of(Counter.WRITE_CALLS)));
        }
        channel.flush();
        return writes.get();
    }

    @Test
    void theSendsOfAllChannelsOfATurnAreOneEach() throws Exception {
        List<FdSocketChannel> channels = new CopyOnWriteArrayList<>();
        Channel many = loops.server(() -> new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        channels.add((FdSocketChannel) context.channel());
                    }
                })
                .bind(Loops.anyPort())
                .sync()
                .channel();
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < FLUSHES; i++) {
            peers.add(Peer.connect(many));
        }
        await().until(() -> channels.size() == FLUSHES);
        loops.turn();
        Deltas deltas = new Deltas(loops);
        for (FdSocketChannel channel : channels) {
            onLoop(channel, () -> channel.write(Digest.direct(new byte[] {1})));
            onLoop(channel, () -> channel.writeAndFlush(Digest.direct(new byte[] {2})));
        }
        for (Peer peer : peers) {
            assertThat(peer.read(2)).containsExactly(1, 2);
            peer.close();
        }
        loops.turn();
        assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(FLUSHES);
    }

    /** Answers each byte with a flush of its own, and records whether that succeeded in the call. */
    private static final class AnswerEach extends ChannelInboundHandlerAdapter {
        final List<Boolean> done = new CopyOnWriteArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf request = (ByteBuf) message;
            while (request.isReadable()) {
                done.add(context.writeAndFlush(request.readRetainedSlice(1)).isSuccess());
            }
            request.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.read();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAnswersOfOneReadGoOutTogether(boolean autoRead) throws Exception {
        AnswerEach answers = new AnswerEach();
        Channel pulling = loops.server(() -> answers)
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(pulling)) {
            await().until(() -> loops.count(Counter.ACCEPTED) == 1);
            loops.turn();
            Deltas deltas = new Deltas(loops);
            peer.send(new byte[FLUSHES]);
            if (!autoRead) {
                loops.group()
                        .forEach(loop -> ((io.netty.channel.SingleThreadIoEventLoop) loop)
                                .submit(() -> ((io.netty.channel.SingleThreadIoEventLoop) loop)
                                        .registeredChannelsIterator()
                                        .forEachRemaining(Channel::read)));
            }
            peer.read(FLUSHES);
            assertThat(answers.done).hasSize(FLUSHES).containsOnly(true);
            loops.turn();
            assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(deltas.of(Counter.READ_CALLS));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {BOUND - 1, BOUND, BOUND + 1})
    void beyondTheBoundTheSocketIsWrittenAtOnce(int length) throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            Deltas deltas = new Deltas(loops);
            onLoop(channel, () -> {
                assertThat(flush(channel, length - LARGE).isSuccess()).isTrue();
                assertThat(deltas.of(Counter.WRITE_CALLS)).isZero();
                assertThat(flush(channel, LARGE).isSuccess()).isTrue();
                assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(length > BOUND ? 1 : 0);
                assertThat(deltas.of(Counter.STAGED)).isEqualTo(length > BOUND ? 1 : 2);
                return null;
            });
            assertArrives(peer);
        }
    }

    @Test
    void aFullSocketPromisesNothing() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = accepted();
            ChannelFuture last;
            do { // a turn each, because a long one leaves the rest to its end
                last = onLoop(channel, () -> flush(channel, LARGE));
                loops.turn();
            } while (last.isSuccess());
            List<ChannelFuture> pending = onLoop(channel, () -> {
                List<ChannelFuture> behind = new ArrayList<>();
                for (int i = 0; i < FLUSHES; i++) {
                    behind.add(flush(channel, 1));
                }
                return behind;
            });
            loops.turn();
            assertThat(pending).noneMatch(ChannelFuture::isDone);
            assertThat(channel.isWritable()).isTrue();
            assertArrives(peer);
            for (ChannelFuture done : pending) {
                assertThat(done.sync().isSuccess()).isTrue();
            }
        }
    }

    @Test
    void aLowHighWaterMarkIsTheBound() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(500, 1000));
            Deltas deltas = new Deltas(loops);
            onLoop(channel, () -> {
                assertThat(flush(channel, 1000).isSuccess()).isTrue();
                assertThat(deltas.of(Counter.WRITE_CALLS)).isZero();
                assertThat(flush(channel, 1).isSuccess()).isTrue();
                assertThat(deltas.of(Counter.WRITE_CALLS)).isOne();
                return null;
            });
            assertArrives(peer);
            assertThat(deltas.of(Counter.STAGED)).isOne();
        }
    }

    /** Owners such as Reactor Netty take a pending future for a full socket. */
    @Test
    void noFutureIsPendingUnlessTheSocketIsFull() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            onLoop(channel, () -> {
                for (int i = 0; i < 5000; i++) {
                    assertThat(flush(channel, 3).isSuccess())
                            .as("message %s", i)
                            .isTrue();
                }
                return null;
            });
            assertArrives(peer);
        }
    }

    @Test
    void aListenerMayWriteAndFlushAgain() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            Deltas deltas = new Deltas(loops);
            AtomicInteger left = new AtomicInteger(FLUSHES);
            onLoop(channel, () -> {
                writeNext(channel, left); // Netty makes tasks of deeply nested listeners
                return null;
            });
            await().until(() -> left.get() < 0);
            assertArrives(peer);
            loops.turn();
            assertThat(deltas.of(Counter.WRITE_CALLS)).isOne();
        }
    }

    private void writeNext(Channel channel, AtomicInteger left) {
        if (left.getAndDecrement() > 0) {
            flush(channel, 10).addListener(done -> writeNext(channel, left));
        }
    }

    /** Empty messages and small ones, for as long as they succeed: the loop's other work goes on. */
    @ParameterizedTest
    @ValueSource(ints = {0, 100, LARGE})
    void aListenerThatWritesForEverStarvesNobody(int length) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            Thread reader = Thread.ofPlatform().start(() -> {
                try {
                    peer.readToEnd();
                } catch (IOException e) {
                    server.failures.add(e);
                }
            });
            channel.eventLoop().execute(() -> writeForEver(channel, length, stop));
            onLoop(channel, () -> null);
            long waits = loops.count(Counter.WAIT_CALLS);
            await().until(() -> loops.count(Counter.WAIT_CALLS) > waits); // Netty's loop gives tasks a second at most
            stop.set(true);
            channel.close().sync();
            reader.join();
            assertThat(server.failures).isEmpty();
        }
    }

    private static void writeForEver(Channel channel, int length, AtomicBoolean stop) {
        if (!stop.get()) {
            channel.writeAndFlush(Digest.direct(new byte[length]))
                    .addListener(done -> writeForEver(channel, length, stop));
        }
    }

    /** Small, large, a region, an empty message, in one turn. */
    @Test
    void kindsKeepTheirOrder(@TempDir Path folder) throws Exception {
        byte[] content = Digest.bytes(30_000, 7);
        Path file = Files.write(folder.resolve("region"), content);
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            List<ChannelFuture> futures = onLoop(channel, () -> {
                List<ChannelFuture> all = new ArrayList<>();
                for (int round = 0; round < 5; round++) {
                    all.add(flush(channel, 10));
                    all.add(flush(channel, 8191));
                    all.add(flush(channel, 8192));
                    all.add(flush(channel, 20));
                    all.add(channel.writeAndFlush(Unpooled.EMPTY_BUFFER));
                    expected.writeBytes(content);
                    all.add(channel.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, content.length)));
                    all.add(flush(channel, 30));
                }
                return all;
            });
            assertArrives(peer);
            for (ChannelFuture future : futures) {
                assertThat(future.sync().isSuccess()).isTrue();
            }
        }
    }

    @Test
    void heapAndCompositeMessagesKeepTheirOrder() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            onLoop(channel, () -> {
                for (int i = 0; i < FLUSHES; i++) {
                    byte[] a = Digest.bytes(1 + i * 7, i);
                    byte[] b = Digest.bytes(1 + i * 3, -i);
                    expected.writeBytes(a);
                    expected.writeBytes(b);
                    channel.writeAndFlush(Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(a), Digest.direct(b)));
                    flush(channel, i);
                }
                return null;
            });
            assertArrives(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOutputEndsBehindWhatIsStaged(boolean inListener) throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            ChannelFuture end = onLoop(channel, () -> {
                flush(channel, 100);
                if (inListener) {
                    List<ChannelFuture> ends = new ArrayList<>();
                    flush(channel, 100).addListener(done -> ends.add(channel.shutdownOutput()));
                    return ends.getFirst();
                }
                flush(channel, 100);
                return channel.shutdownOutput();
            });
            assertThat(peer.readToEnd()).isEqualTo(expected.toByteArray());
            assertThat(end.sync().isSuccess()).isTrue();
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void anOutputThatEndsInTheListenerOfAnEmptyMessageEnds() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            onLoop(channel, () -> {
                channel.write(Unpooled.EMPTY_BUFFER).addListener(done -> channel.shutdownOutput());
                channel.write(Unpooled.EMPTY_BUFFER);
                channel.flush();
                return null;
            });
            assertThat(peer.readToEnd()).isEmpty();
        }
    }

    /** What is done in the call that flushed, or in the listener of the first of three messages. */
    private void whatIsStagedArrives(Consumer<FdSocketChannel> action, boolean inListener) throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            onLoop(channel, () -> {
                byte[] bytes = Digest.bytes(300, 1);
                expected.writeBytes(bytes);
                for (int i = 0; i < 3; i++) {
                    ChannelFuture written =
                            channel.write(Digest.direct(java.util.Arrays.copyOfRange(bytes, i * 100, i * 100 + 100)));
                    if (inListener && i == 0) {
                        written.addListener(done -> action.accept(channel));
                    }
                }
                channel.flush();
                if (!inListener) {
                    action.accept(channel);
                }
                return null;
            });
            assertArrives(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCloseLeavesItToTheSocket(boolean inListener) throws Exception {
        whatIsStagedArrives(Channel::close, inListener);
        assertThat(server.inactive.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMoveTakesItAlong(boolean inListener) throws Exception {
        Mover mover = new Mover(loops);
        whatIsStagedArrives(
                channel -> {
                    var to = mover.other(channel);
                    channel.deregister().addListener(left -> to.register(channel));
                },
                inListener);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theLoopsEndSendsIt(boolean inListener) throws Exception {
        whatIsStagedArrives(channel -> channel.eventLoop().shutdownGracefully(0, 60, TimeUnit.SECONDS), inListener);
    }

    /** A missing close_notify would fail the reader: it is staged behind the last bytes, and the close behind both. */
    @Test
    void closeNotifyFollowsTheLastBytesOfTls() throws Exception {
        SslContext context = Tls.server();
        Channel secure = loops.server(() -> new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(context.newHandler(channel.alloc()), new ChannelInboundHandlerAdapter() {
                                    @Override
                                    public void channelRead(ChannelHandlerContext context, Object message) {
                                        ((ByteBuf) message).release();
                                        byte[] bytes = Digest.bytes(LARGE, 1);
                                        expected.writeBytes(bytes);
                                        context.write(Digest.direct(bytes));
                                        context.writeAndFlush(Digest.direct(new byte[0]));
                                        context.close();
                                    }
                                });
                    }
                })
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Socket peer = Tls.jdk().getSocketFactory().createSocket()) {
            peer.connect(secure.localAddress());
            peer.getOutputStream().write(1);
            assertThat(peer.getInputStream().readAllBytes()).isEqualTo(expected.toByteArray());
        }
    }

    /** A message that its writer has released as well, before or after the flush: its channel alone fails. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageThatIsReleasedTwiceFailsItsChannelAlone(boolean beforeTheFlush) throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            Recorder neighbour = new Recorder();
            Channel other = loops.listen(() -> neighbour);
            try (Peer sane = Peer.connect(other)) {
                FdSocketChannel next = neighbour.channel();
                Mover mover = new Mover(loops);
                if (next.eventLoop() != channel.eventLoop()) {
                    mover.move(next);
                }
                onLoop(channel, () -> {
                    ByteBuf message = Digest.direct(new byte[10]);
                    ChannelFuture written = channel.write(message);
                    if (beforeTheFlush) {
                        message.release();
                        channel.flush();
                        assertThat(written.cause()).hasRootCauseInstanceOf(IllegalReferenceCountException.class);
                    } else {
                        channel.flush();
                        message.release();
                    }
                    return next.writeAndFlush(Digest.direct(new byte[] {1}));
                });
                assertThat(sane.read(1)).containsExactly(1);
                assertThat(peer.readToEnd()).isEmpty();
            }
        }
    }

    @Test
    void aDeadPeerIsReportedBecauseItsMessagesWerePromised() throws Exception {
        Recorder pulling = new Recorder();
        Channel pulled = loops.server(() -> pulling)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        Peer peer = Peer.connect(pulled);
        FdSocketChannel channel = pulling.channel();
        loops.turn();
        ChannelFuture promised = onLoop(channel, () -> {
            peer.reset();
            return channel.writeAndFlush(Digest.direct(new byte[10]));
        });
        assertThat(promised.isSuccess()).isTrue();
        assertThat(pulling.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(pulling.failures).singleElement().isInstanceOf(IOException.class);
    }

    @Test
    void switchedOffEachFlushWrites() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted();
            assertThat(channel.config().getOption(FdChannelOption.WRITE_STAGING))
                    .isTrue();
            channel.config().setOption(FdChannelOption.WRITE_STAGING, false);
            Deltas deltas = new Deltas(loops);
            onLoop(channel, () -> {
                for (int i = 1; i <= 5; i++) {
                    assertThat(flush(channel, 100).isSuccess()).isTrue();
                    assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(i);
                }
                return null;
            });
            assertArrives(peer);
            assertThat(deltas.of(Counter.STAGED)).isZero();
        }
    }
}
