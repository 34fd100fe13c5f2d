package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who a channel waits for, as {@link FdChannelState} tells it. The peer is a JDK socket. */
@OnEveryPoller
class ChannelStateTest {

    private static final int SMALL_BUFFER = 4096;
    private static final int CHUNK = 100_000;
    /** More than a socket with a small buffer and its peer take. */
    private static final int CHUNKS = 100;

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
                .option(ChannelOption.SO_SNDBUF, SMALL_BUFFER)
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

    private FdChannelState state() {
        return on(channel).orElseThrow();
    }

    private static Optional<FdChannelState> on(Channel channel) {
        return channel.eventLoop()
                .submit(() -> FdChannelState.of(channel))
                .syncUninterruptibly()
                .getNow();
    }

    /** A state in which the loop's next turns have changed nothing. */
    private FdChannelState settled() {
        return await().until(
                        () -> {
                            FdChannelState before = state();
                            loops.turn();
                            return before.equals(state()) ? before : null;
                        },
                        Objects::nonNull);
    }

    private FdChannelState seen(Predicate<FdChannelState> condition) {
        return await().until(this::state, condition);
    }

    @Test
    void nobodyAsksAndNothingHasCome() {
        FdChannelState state = state();
        assertThat(state.demand()).isFalse();
        assertThat(state.readArmed()).isFalse();
        assertThat(state.unread()).isZero();
        assertThat(state.full()).isFalse();
        assertThat(state.unsent()).isZero();
    }

    @Test
    void demandIsSeenAndWatchedFor() {
        channel.read();
        FdChannelState state = seen(FdChannelState::readArmed);
        assertThat(state.demand()).isTrue();
        assertThat(state.full()).isFalse();
    }

    @Test
    void bytesWithoutDemandAreCounted() throws IOException {
        peer.send(new byte[1000]);
        assertThat(seen(state -> state.unread() > 0).unread()).isEqualTo(1000);
        channel.read();
        await().until(() -> recorder.digest.length() == 1000);
        FdChannelState state = state();
        assertThat(state.demand()).isFalse();
        assertThat(state.unread()).isZero();
    }

    @Test
    void aPeerThatTakesNothingLeavesTheSocketFull() throws IOException {
        for (int i = 0; i < CHUNKS; i++) {
            channel.writeAndFlush(Unpooled.directBuffer(CHUNK).writeZero(CHUNK));
        }
        FdChannelState full = await().until(this::settled, FdChannelState::full); // the peer's kernel takes some first
        assertThat(full.writeArmed()).isTrue();
        assertThat(full.unsent()).isBetween(1L, CHUNKS * (CHUNK + 200L));
        assertThat(full.pending()).isGreaterThan(channel.config().getWriteBufferHighWaterMark());

        peer.read(CHUNKS * CHUNK);
        FdChannelState drained = seen(state -> state.unsent() == 0);
        assertThat(drained.full()).isFalse();
        assertThat(drained.writableEvents()).isNotEqualTo(full.writableEvents());
    }

    @Test
    void stagedBytesAreApartFromThoseInTheQueue() {
        FdChannelState[] seen = new FdChannelState[2];
        channel.eventLoop()
                .submit(() -> {
                    channel.write(Unpooled.directBuffer(10).writeZero(10));
                    seen[0] = FdChannelState.of(channel).orElseThrow();
                    channel.flush();
                    seen[1] = FdChannelState.of(channel).orElseThrow();
                })
                .syncUninterruptibly();
        assertThat(seen[0].pending())
                .as("with Netty's 96 bytes for the message")
                .isEqualTo(106);
        assertThat(seen[0].full()).isFalse();
        if (channel.config().getOption(FdChannelOption.WRITE_STAGING)) {
            assertThat(seen[1].staged()).isEqualTo(10);
        }
        assertThat(seen[1].pending()).isZero();
        assertThat(seen(state -> state.unsent() == 0).staged()).isZero();
    }

    /** It is the only one on its loop, whose counters add up all. */
    @Test
    void callsAndArmsAreThoseOfTheLoop() throws IOException {
        channel.read();
        seen(FdChannelState::readArmed);
        peer.send(new byte[1000]);
        await().until(() -> recorder.digest.length() == 1000);
        for (int i = 0; i < CHUNKS; i++) {
            channel.writeAndFlush(Unpooled.directBuffer(CHUNK).writeZero(CHUNK));
        }
        FdChannelState state = await().until(this::settled, FdChannelState::full);
        assertThat(state.reads()).isPositive().isEqualTo((int) loops.count(Counter.READ_CALLS));
        assertThat(state.readEagains()).isPositive().isEqualTo((int) loops.count(Counter.READ_EAGAINS));
        assertThat(state.writes()).isPositive().isEqualTo((int) loops.count(Counter.WRITE_CALLS));
        assertThat(state.writeEagains()).as("none after a short write").isEqualTo((int)
                loops.count(Counter.WRITE_EAGAINS));
        assertThat(state.arms()).isPositive().isEqualTo((int) loops.count(Counter.ARMS));
        peer.read(CHUNKS * CHUNK);
    }

    @Test
    void aListenerHasDemandAndNoBytes() {
        Channel server = loops.listen(Recorder::new);
        FdChannelState state = on(server).orElseThrow();
        assertThat(state.demand()).isTrue();
        assertThat(state.unsent()).isZero();
    }

    @Test
    void otherTransportsAndClosedChannelsHaveNone() {
        assertThat(FdChannelState.of(new EmbeddedChannel())).isEmpty();
        channel.close().syncUninterruptibly();
        assertThat(on(channel)).isEmpty();
        FdSocketChannel unregistered = new FdSocketChannel();
        assertThat(FdChannelState.of(unregistered)).isEmpty();
        unregistered.unsafe().closeForcibly();
    }

    @Test
    void anotherThreadIsRefused() {
        assertThatThrownBy(() -> FdChannelState.of(channel))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("on its loop alone");
    }
}
