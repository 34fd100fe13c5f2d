package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 9: a lost peer is noticed without demand and without reading. */
@OnEveryPoller
class PeerGoneTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();
    private Channel listener;

    @BeforeEach
    void listen() throws Exception {
        listener = loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    private Peer connect() throws Exception {
        Peer peer = Peer.connect(listener);
        server.channel();
        listener.close().sync(); // accepts would be counted as read calls
        loops.turn();
        return peer;
    }

    private void awaitInactive() throws InterruptedException {
        assertThat(server.inactive.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theEndOfAnIdleStreamIsNoticedWithoutReading() throws Exception {
        Peer peer = connect();
        Deltas deltas = new Deltas(loops);
        peer.close();
        awaitInactive();
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();
        assertThat(server.failures).isEmpty();
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {1, 5_000, 100_000})
    void theEndAfterBytesIsNoticedWhenTheyWereDemanded(int count) throws Exception {
        byte[] sent = Digest.bytes(count, 3);
        try (Peer peer = connect()) {
            Deltas deltas = new Deltas(loops);
            peer.send(sent).end();
            loops.turn();
            assertThat(server.inactive.getCount()).as("bytes are pending").isEqualTo(1);
            assertThat(deltas.of(Counter.READ_CALLS)).isZero();
            while (server.digest.length() < count) {
                int reads = server.reads.get();
                assertThat(server.inactive.getCount()).isEqualTo(1);
                server.channel().read();
                await().until(() -> server.reads.get() > reads);
            }
            awaitInactive();
            assertThat(server.digest.end()).isEqualTo(Digest.of(sent).end());
            assertThat(deltas.of(Counter.READ_CALLS) - deltas.of(Counter.READ_EAGAINS))
                    .as("no read to find the end")
                    .isEqualTo(server.reads.get());
            assertThat(server.failures).isEmpty();
        }
    }

    @Test
    void aResetOfAnIdleStreamIsNoticedWithoutReading() throws Exception {
        Peer peer = connect();
        Deltas deltas = new Deltas(loops);
        peer.reset();
        awaitInactive();
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();
        assertThat(server.failures)
                .singleElement()
                .asString()
                .containsIgnoringCase("reset")
                .contains("ECONNRESET");
    }

    @Test
    void aResetAfterBytesThatNobodyWantsIsNoticedWithoutReading() throws Exception {
        Peer peer = connect();
        Deltas deltas = new Deltas(loops);
        peer.send(new byte[1000]);
        loops.turn();
        peer.reset();
        awaitInactive();
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();
        assertThat(server.failures).isEmpty();
    }

    @Test
    void aResetEndsAStreamThatMayBeHalfClosed() throws Exception {
        Peer peer = connect();
        server.channel().config().setAllowHalfClosure(true);
        server.channel().read();
        loops.turn();
        peer.reset();
        awaitInactive();
    }

    @Test
    void anIdleEndIsNoticedAfterUnwantedData() throws Exception {
        Peer peer = connect();
        for (int i = 0; i < 5; i++) { // the watch for data is disarmed; the one for hang-up must stay
            server.channel().read();
            loops.turn();
            peer.send("x");
            int got = i + 1;
            await().until(() -> server.reads.get() == got);
        }
        Deltas deltas = new Deltas(loops);
        peer.close();
        awaitInactive();
        assertThat(deltas.of(Counter.READ_CALLS)).isLessThanOrEqualTo(0);
    }

    @Test
    void writingToAPeerThatWasResetFails() throws Exception {
        Peer peer = connect();
        FdSocketChannel channel = server.channel();
        peer.reset();
        awaitInactive();
        assertThat(channel.writeAndFlush(Digest.direct(new byte[10])).await().cause())
                .isInstanceOfAny(java.nio.channels.ClosedChannelException.class, SocketException.class);
    }
}
