package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Loops that shut down close their channels, with one attempt to write pending writes. They wait for no peer and do
 * not spin.
 */
@OnEveryPoller
class LoopShutdownTest {

    private static final int SMALL = 4096;

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Recorder server = new Recorder();

    /** The shutdown call: Netty's group, or FdLoops. */
    enum Stop {
        GROUP {
            @Override
            Future<?> of(Loops loops, Duration quietPeriod) {
                return loops.group()
                        .shutdownGracefully(quietPeriod.toMillis(), FOR_EVER.toMillis(), TimeUnit.MILLISECONDS);
            }
        },
        LOOPS {
            @Override
            Future<?> of(Loops loops, Duration quietPeriod) {
                return loops.loops().close(quietPeriod, FOR_EVER);
            }
        };

        /** A shutdown that waits this long exceeds the test's time-out. */
        private static final Duration FOR_EVER = Duration.ofSeconds(600);

        abstract Future<?> of(Loops loops, Duration quietPeriod);
    }

    @ParameterizedTest
    @EnumSource
    void pendingWritesAreAttempted(Stop stop) throws Exception {
        byte[] sent = Digest.bytes(100, 1);
        Channel listener = loops.listen(() -> server);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            Future<?> stopped = channel.eventLoop()
                    .submit(() -> {
                        channel.write(Digest.direct(sent));
                        channel.flush();
                        return stop.of(loops, Duration.ZERO);
                    })
                    .get();
            assertThat(peer.digest().end()).isEqualTo(Digest.of(sent).end());
            stopped.sync();
        }
        assertThat(listener.isOpen()).isFalse();
        assertThat(server.inactive.await(0, TimeUnit.SECONDS)).as("inactive").isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatNeverReadsHoldsNoLoop(Stop stop) throws Exception {
        Channel listener = loops.listen(() -> server);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            ChannelFuture written = server.channel().writeAndFlush(Digest.direct(new byte[8_000_000]));
            loops.turn();
            assertThat(written.isDone()).isFalse();
            stop.of(loops, Duration.ZERO).sync();
            assertThat(written.await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(server.channel().isOpen()).isFalse();
            assertThat(server.inactive.await(0, TimeUnit.SECONDS))
                    .as("inactive")
                    .isTrue();
            assertThat(server.removed.await(0, TimeUnit.SECONDS)).as("removed").isTrue();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    /** During its quiet period Netty lets a loop sleep 100 ms at a time. */
    @ParameterizedTest
    @EnumSource
    void aLoopThatWaitsForItsEndDoesNotSpin(Stop stop) throws Exception {
        Channel listener = loops.listen(() -> server);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            server.channel().writeAndFlush(Digest.direct(new byte[8_000_000]));
            loops.turn();
            long before = loops.count(Counter.WAIT_CALLS);
            stop.of(loops, Duration.ofMillis(500)).sync();
            assertThat(loops.count(Counter.WAIT_CALLS) - before).isLessThan(60);
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    /** Netty does not call prepareToDestroy() again after the last tasks. */
    @Test
    void whatTheLastTasksRegisterIsClosedToo() throws Exception {
        Loops ending = new Loops(1);
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = ending.connect(listener.getLocalSocketAddress(), server);
            try (Peer peer = Peer.accept(listener)) {
                channel.deregister().sync();
                SingleThreadEventExecutor loop = (SingleThreadEventExecutor) ending.next();
                loop.addShutdownHook(() -> {
                    ((EventLoop) loop).register(channel);
                    channel.writeAndFlush(Digest.direct(new byte[16_000_000]));
                });
                ending.group().shutdownGracefully(0, 100, TimeUnit.MILLISECONDS).sync();
                assertThat(channel.isOpen()).isFalse();
                assertThat(server.inactive.await(0, TimeUnit.SECONDS)).isTrue();
                assertThat(peer.socket().isClosed()).isFalse();
            }
        }
    }

    @Test
    void autoReadOfAChannelWhoseLoopHasEndedCanBeSwitched() throws Exception {
        try (Peer peer = Peer.connect(loops.listen(() -> server))) {
            FdSocketChannel channel = server.channel();
            loops.close();
            channel.config().setAutoRead(false);
            assertThat(channel.config().isAutoRead()).isFalse();
            assertThat(peer.readToEnd()).isEmpty();
        }
    }
}
