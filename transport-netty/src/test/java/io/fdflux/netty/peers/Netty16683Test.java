package io.fdflux.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.Recorder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A descriptor whose peer had gone was watched for nothing, which epoll reports as EPOLLHUP again and again. Also 7801:
 * a half-closed channel with auto-read on was read for ever.
 */
@OnEveryPoller
@DisplayName("netty 16683: a peer that has gone keeps no loop busy")
class Netty16683Test {

    private static final long REST_MILLIS = 300;
    private static final int FEW = 50;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();
    private Channel listener;

    @BeforeEach
    void listen() throws Exception {
        listener = loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    private void assertLoopRests() throws InterruptedException {
        loops.turn();
        Deltas deltas = new Deltas(loops);
        TimeUnit.MILLISECONDS.sleep(REST_MILLIS); // what spins makes thousands of rounds meanwhile
        assertThat(deltas.of(Counter.WAIT_CALLS)).isLessThan(FEW);
        assertThat(deltas.of(Counter.READ_CALLS)).isLessThan(FEW);
    }

    @Test
    void withBytesThatNobodyWants() throws Exception {
        Peer peer = Peer.connect(listener);
        peer.send(new byte[1000]);
        FdSocketChannel channel = server.channel();
        loops.turn();
        peer.close();
        assertLoopRests();
        assertThat(server.inactive.getCount()).isEqualTo(1);
        channel.read();
        await().until(() -> server.digest.length() == 1000);
        channel.close().sync();
    }

    /** Nobody is left to answer: the accepted channel closes (invariant 9), and the loop has nothing left to watch. */
    @Test
    void resetWithBytesThatNobodyWants() throws Exception {
        Peer peer = Peer.connect(listener);
        peer.send(new byte[1000]);
        server.channel();
        loops.turn();
        peer.reset();
        await().until(() -> server.inactive.getCount() == 0);
        assertLoopRests();
        assertThat(server.reads).hasValue(0);
    }

    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void halfClosedByThePeer(boolean autoRead) throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            server.channel().config().setAutoRead(autoRead);
            peer.end();
            await().until(server.channel()::isInputShutdown);
            assertLoopRests();
        }
    }

    /** Both sides have ended and neither has closed: to epoll that is a hang-up. */
    @Test
    void shutByBoth() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            peer.end();
            await().until(channel::isInputShutdown);
            channel.shutdownOutput().sync();
            assertThat(peer.readToEnd()).isEmpty();
            assertLoopRests();
            assertThat(channel.isOpen()).isTrue();
            channel.close().sync();
        }
    }

    /** The output is full and the peer resets: the write fails, and that is all. */
    @Test
    void resetWhileTheOutputWaits() throws Exception {
        Peer peer = Peer.connect(listener.localAddress(), 4096);
        FdSocketChannel channel = server.channel();
        channel.config().setAutoClose(false);
        var written = channel.writeAndFlush(io.fdflux.netty.Digest.direct(new byte[8 << 20]));
        loops.turn();
        peer.reset();
        assertThat(written.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(written.cause()).isNotNull();
        assertLoopRests();
        channel.close().sync();
    }
}
