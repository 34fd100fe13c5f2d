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
 * Epoll kept reporting EPOLLHUP for a descriptor whose peer had hung up and that was watched without interests. Also
 * 7801: a half-closed channel with auto-read on read for ever.
 */
@OnEveryPoller
@DisplayName("netty 16683: a lost peer keeps no loop busy")
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

    private void assertLoopIsIdle() throws InterruptedException {
        loops.turn();
        Deltas deltas = new Deltas(loops);
        TimeUnit.MILLISECONDS.sleep(REST_MILLIS); // a spinning loop makes thousands of iterations meanwhile
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
        assertLoopIsIdle();
        assertThat(server.inactive.getCount()).isEqualTo(1);
        channel.read();
        await().until(() -> server.digest.length() == 1000);
        channel.close().sync();
    }

    /** A reset leaves no peer to answer: the accepted channel closes (invariant 9), and the loop watches nothing. */
    @Test
    void resetWithBytesThatNobodyWants() throws Exception {
        Peer peer = Peer.connect(listener);
        peer.send(new byte[1000]);
        server.channel();
        loops.turn();
        peer.reset();
        await().until(() -> server.inactive.getCount() == 0);
        assertLoopIsIdle();
        assertThat(server.reads).hasValue(0);
    }

    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void halfClosedByThePeer(boolean autoRead) throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            server.channel().config().setAutoRead(autoRead);
            peer.end();
            await().until(server.channel()::isInputShutdown);
            assertLoopIsIdle();
        }
    }

    /**
     * Both sides have shut down their output and neither has closed, which epoll reports as a hang-up, epoll_ctl(2).
     */
    @Test
    void shutByBoth() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            peer.end();
            await().until(channel::isInputShutdown);
            channel.shutdownOutput().sync();
            assertThat(peer.readToEnd()).isEmpty();
            assertLoopIsIdle();
            assertThat(channel.isOpen()).isTrue();
            channel.close().sync();
        }
    }

    /** The output is full and the peer resets: the write fails, and nothing else happens. */
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
        assertLoopIsIdle();
        channel.close().sync();
    }
}
