package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invariant 17: what was promised outlives the channel, until the peer has taken it, and never delays anybody. */
@OnEveryPoller
@Tag("staging")
class LingeringTest {

    private static final int SMALL = 4096;
    private static final int PROMISED = 60_000;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();
    private final byte[] bytes = Digest.bytes(PROMISED, 3);
    private Channel listener;

    @BeforeEach
    void listen() throws InterruptedException {
        listener = loops.server(() -> server)
                .option(ChannelOption.SO_SNDBUF, SMALL)
                .childOption(ChannelOption.SO_SNDBUF, SMALL)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    /** Promises more than the socket takes, and closes in the same turn. */
    private void promiseAndClose() throws Exception {
        FdSocketChannel channel = server.channel();
        loops.turn();
        channel.eventLoop()
                .submit(() -> {
                    assertThat(channel.writeAndFlush(Digest.direct(bytes)).isSuccess())
                            .isTrue();
                    ChannelFuture closed = channel.close();
                    assertThat(closed.isSuccess()).isTrue();
                    assertThat(channel.isOpen()).isFalse();
                })
                .get(60, TimeUnit.SECONDS);
        assertThat(server.inactive.await(60, TimeUnit.SECONDS)).isTrue(); // the peer has read nothing
    }

    @Test
    void whatWasPromisedArrivesAfterTheClose() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            promiseAndClose();
            assertThat(loops.count(Counter.LINGERED)).isOne();
            assertThat(loops.loops().views().getFirst().lingering()).isOne();
            assertThat(peer.readToEnd()).isEqualTo(bytes);
        }
        await().until(() -> loops.loops().views().getFirst().lingering() == 0);
        assertThat(server.failures).isEmpty();
        await().until(() -> loops.loops().group().next() != null
                && ((io.netty.channel.SingleThreadIoEventLoop) loops.next()).registeredChannels() == 1);
        assertThat(loops.count(Counter.LINGERING_DROPPED)).isZero();
    }

    @Test
    void aPeerThatTakesNothingIsReset() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            promiseAndClose();
            await().until(() -> loops.count(Counter.LINGERING_DROPPED) == 1);
            await().until(() -> loops.count(Counter.LINGERING_ENDED) == 1);
            assertThatThrownBy(peer::readToEnd).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aPeerThatResetsEndsIt() throws Exception {
        Peer peer = Peer.connect(listener.localAddress(), SMALL);
        promiseAndClose();
        peer.reset();
        await().until(() -> loops.count(Counter.LINGERING_DROPPED) == 1);
    }

    @Test
    void aPeerThatIsSlowGetsAll() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            promiseAndClose();
            for (int at = 0; at < PROMISED; at += 10_000) {
                assertThat(peer.read(10_000)).isEqualTo(java.util.Arrays.copyOfRange(bytes, at, at + 10_000));
                loops.turn();
            }
            assertThat(peer.readToEnd()).isEmpty();
        }
    }

    @Test
    void withLingerOf0NothingOutlivesTheClose() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            server.channel().config().setSoLinger(0);
            promiseAndClose();
            assertThat(loops.count(Counter.LINGERED)).isZero();
            assertThatThrownBy(peer::readToEnd).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aLargerLingerGetsAllToo() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            channel.config().setSoLinger(5);
            loops.turn();
            channel.eventLoop().execute(() -> {
                channel.writeAndFlush(Digest.direct(bytes));
                channel.close();
            });
            assertThat(peer.readToEnd()).isEqualTo(bytes);
            channel.closeFuture().sync();
        }
    }

    /** The peer has room for all. A small one is filled in steps of 40 ms, the delay of an acknowledgement. */
    @Test
    void theQuietPeriodOfAShutdownServesIt() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress())) {
            EventLoop loop = loops.next();
            server.channel();
            loops.turn();
            loop.execute(() -> {
                server.channel().writeAndFlush(Digest.direct(bytes));
                loop.parent().shutdownGracefully(4, 60, TimeUnit.SECONDS);
            });
            assertThat(peer.readToEnd()).isEqualTo(bytes);
        }
    }

    @Test
    void theLoopsEndDoesNotWaitForIt() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            promiseAndClose();
            loops.group().shutdownGracefully(0, 60, TimeUnit.SECONDS).sync();
            assertThat(loops.count(Counter.LINGERING_DROPPED)).isOne();
            assertThatThrownBy(peer::readToEnd).isInstanceOf(IOException.class);
        }
    }
}
