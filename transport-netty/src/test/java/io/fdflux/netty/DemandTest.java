package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Invariants 1 to 3 for a channel with auto-read off. The loop's counters are the evidence; the peer is a JDK socket.
 */
@OnEveryPoller
class DemandTest {

    private static final int CHUNK = 1024;
    private static final int CHUNKS = 200;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder recorder = new Recorder();
    private ServerSocket listener;
    private Peer peer;
    private FdSocketChannel channel;

    @BeforeEach
    void connect() throws Exception {
        listener = Loops.plainListener();
        channel = (FdSocketChannel) loops.client(recorder)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK))
                .connect(listener.getLocalSocketAddress())
                .sync()
                .channel();
        peer = Peer.accept(listener);
        loops.turn();
    }

    @AfterEach
    void close() throws IOException {
        peer.close();
        listener.close();
    }

    private void awaitBytes(long count) {
        await().until(() -> recorder.digest.length() == count);
    }

    private Deltas deltas() {
        return new Deltas(loops);
    }

    @Test
    void withoutReadNoReadCallIsMade() throws IOException {
        Deltas deltas = deltas();
        for (int i = 0; i < CHUNKS; i++) {
            peer.send(new byte[CHUNK]);
            loops.turn();
        }
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();
        assertThat(deltas.of(Counter.READ_ATTEMPTS)).isZero();
        assertThat(recorder.reads).hasValue(0);
    }

    @Test
    void oneReadIsOneSuccessfulCall() throws IOException {
        peer.send(new byte[10 * CHUNK]);
        loops.turn();
        Deltas deltas = deltas();
        for (int i = 1; i <= 10; i++) {
            channel.read();
            awaitBytes((long) i * CHUNK);
            loops.turn();
            assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(i);
            assertThat(recorder.reads).hasValue(i);
            assertThat(recorder.readCompletes).hasValue(i);
        }
    }

    @Test
    void demandTriesFirst() throws IOException {
        peer.send(new byte[CHUNK]);
        loops.turn();
        Deltas deltas = deltas();
        channel.read();
        awaitBytes(CHUNK);
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(1);
        assertThat(deltas.of(Counter.ARMS)).as("pending bytes need no watch").isZero();
    }

    @Test
    void nothingIsArmedWithoutDemand() throws IOException {
        peer.send(new byte[10]);
        loops.turn();
        Deltas deltas = deltas();
        channel.read();
        awaitBytes(10);
        loops.turn(); // the short read has drained the socket, and there is no demand
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(1);
        assertThat(deltas.of(Counter.ARMS)).isZero();
        assertThat(deltas.of(Counter.UPDATE_CALLS)).isZero();
    }

    @Test
    void aReadThatFindsNothingIsAnsweredLater() throws IOException {
        Deltas deltas = deltas();
        channel.read();
        channel.read();
        loops.turn();
        assertThat(deltas.of(Counter.READ_CALLS))
                .as("one read call, then the interest is armed")
                .isEqualTo(1);
        assertThat(deltas.of(Counter.READ_EAGAINS)).isEqualTo(1);
        assertThat(deltas.of(Counter.ARMS)).isBetween(1L, 2L); // kqueue's watch for hang-up turns into one for data
        assertThat(recorder.readCompletes).as("nothing was read").hasValue(0);

        peer.send(new byte[10]);
        awaitBytes(10);
        loops.turn();
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(2);
        assertThat(recorder.readCompletes).hasValue(1);
    }

    @Test
    void aChunkCostsOneCallAndAtMostOneArm() throws IOException {
        Deltas deltas = deltas();
        for (int i = 1; i <= CHUNKS; i++) {
            channel.read(); // the consumer is faster than the peer: the socket is empty
            loops.turn();
            peer.send(new byte[CHUNK / 2]);
            awaitBytes(i * CHUNK / 2L);
            loops.turn(); // the pause
        }
        assertThat(deltas.of(Counter.READ_CALLS) - deltas.of(Counter.READ_EAGAINS))
                .isEqualTo(CHUNKS);
        assertThat(deltas.of(Counter.READ_EAGAINS))
                .as("a short read proves that the socket is drained")
                .isEqualTo(1);
        assertThat(deltas.of(Counter.EVENTS)).isLessThanOrEqualTo(CHUNKS);
        assertThat(deltas.of(Counter.UPDATE_CALLS)).isLessThanOrEqualTo(1);
    }

    @Test
    void aSlowConsumerOfAFastPeerIsNotWoken() throws Exception {
        Thread sender = Thread.ofPlatform().start(() -> {
            try {
                peer.send(new byte[CHUNK * CHUNKS]);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        sender.join();
        loops.turn();
        Deltas deltas = deltas();
        for (int i = 1; i <= CHUNKS; i++) {
            channel.read();
            awaitBytes((long) i * CHUNK);
            loops.turn();
        }
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(CHUNKS);
        assertThat(deltas.of(Counter.EVENTS)).isZero();
        assertThat(deltas.of(Counter.ARMS)).isZero();
        assertThat(deltas.of(Counter.UPDATE_CALLS)).isZero();
    }

    @Test
    void dataThatNobodyAsksForWakesAtMostTwice() throws IOException {
        channel.read();
        loops.turn();
        peer.send(new byte[10]);
        awaitBytes(10);
        loops.turn(); // the watch for data is still armed where it persists
        Deltas deltas = deltas();
        for (int i = 0; i < CHUNKS; i++) {
            peer.send(new byte[10]);
            loops.turn();
        }
        assertThat(deltas.of(Counter.UNWANTED_EVENTS)).isLessThanOrEqualTo(2);
        assertThat(deltas.of(Counter.EVENTS)).isLessThanOrEqualTo(2);
        assertThat(deltas.of(Counter.UPDATE_CALLS)).isLessThanOrEqualTo(1);
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();

        for (long had = 10; had < 10 + 10 * CHUNKS; ) { // no byte is lost
            long before = had;
            channel.read();
            await().until(() -> recorder.digest.length() > before);
            had = recorder.digest.length();
        }
        assertThat(deltas.of(Counter.READ_CALLS) - deltas.of(Counter.READ_EAGAINS))
                .isEqualTo(recorder.reads.get() - 1);
    }

    @Test
    void switchingAutoReadOffTakesDemandBack() throws Exception {
        channel.config().setAutoRead(true);
        loops.turn();
        channel.config().setAutoRead(false); // queued on the loop, because this is another thread
        loops.turn();
        Deltas deltas = deltas();
        peer.send(new byte[10]);
        loops.turn();
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();
        channel.config().setAutoRead(true);
        awaitBytes(10);
    }

    @Test
    void aReadBeforeTheConnectIsAnsweredAfterIt() throws Exception {
        Recorder early = new Recorder();
        FdSocketChannel channel = (FdSocketChannel) loops.client(early)
                .option(ChannelOption.AUTO_READ, false)
                .register()
                .sync()
                .channel();
        channel.read();
        loops.turn();
        channel.connect(listener.getLocalSocketAddress()).sync();
        try (Peer accepted = Peer.accept(listener)) {
            accepted.send(new byte[10]);
            await().until(() -> early.digest.length() == 10);
            assertThat(early.failures).isEmpty();
            assertThat(channel.isActive()).isTrue();
        }
    }

    /**
     * A handler takes over from auto-read. Another thread switches auto-read off, and the loop processes that later.
     */
    @Test
    void aReadByHandStaysWhereAutoReadIsSwitchedOffElsewhere() throws Exception {
        channel.config().setAutoRead(true);
        loops.turn();
        CountDownLatch holds = new CountDownLatch(1);
        CountDownLatch off = new CountDownLatch(1);
        Future<?> byHand = channel.eventLoop().submit(() -> {
            holds.countDown();
            assertThat(off.await(60, TimeUnit.SECONDS)).isTrue();
            return channel.read();
        });
        holds.await();
        channel.config().setAutoRead(false);
        off.countDown();
        byHand.sync();
        loops.turn();
        peer.send(new byte[CHUNK]);
        await().until(() -> recorder.digest.length() == CHUNK);
    }
}
