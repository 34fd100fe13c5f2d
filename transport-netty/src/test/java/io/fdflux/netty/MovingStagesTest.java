package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invariant 13 at each stage of a channel's life that has something pending. */
@OnEveryPoller
class MovingStagesTest {

    private static final int MUCH = 8 << 20;
    private static final int SMALL = 4096;

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Mover mover = new Mover(loops);
    private final Recorder recorder = new Recorder();

    private Channel listen() throws InterruptedException {
        return loops.server(() -> recorder)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    @Test
    void aConnectThatIsPendingSucceedsOnTheNewLoop() throws Exception {
        try (FullListener full = new FullListener()) {
            ChannelFuture connect = loops.client(recorder).connect(full.address());
            loops.turn();
            assertThat(connect.isDone()).isFalse();
            mover.move(connect.channel());
            List<Peer> peers = new ArrayList<>();
            full.acceptUntil(peers, connect::isDone);
            assertThat(connect.cause()).isNull();
            // After a SYN cookie Linux keeps no state of the connection until data returns the cookie, tcp(7).
            connect.channel().writeAndFlush(Digest.direct(new byte[1]));
            full.acceptUntil(peers, () -> isConnectedTo(peers, connect.channel()));
            for (Peer peer : peers) {
                peer.close();
            }
            assertThat(recorder.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static boolean isConnectedTo(List<Peer> peers, Channel channel) {
        return peers.stream()
                .anyMatch(peer -> peer.socket().getRemoteSocketAddress().equals(channel.localAddress()));
    }

    @Test
    void aConnectThatIsPendingTimesOutOnTheNewLoop() throws Exception {
        try (FullListener full = new FullListener()) {
            ChannelFuture connect = loops.client(recorder)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 200)
                    .connect(full.address());
            mover.move(connect.channel());
            assertThat(connect.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(connect.cause()).isInstanceOf(ConnectTimeoutException.class);
            connect.channel().closeFuture().sync();
        }
    }

    /** The new loop takes over the pending writes, and a close on it waits for no peer. */
    @Test
    void aCloseAfterTheMoveWaitsForNobody() throws Exception {
        try (Peer peer = Peer.connect(listen().localAddress(), SMALL)) {
            FdSocketChannel channel = recorder.channel();
            ChannelFuture written = channel.writeAndFlush(Digest.direct(new byte[MUCH]));
            mover.move(channel);
            assertThat(written.isDone()).isFalse();
            channel.close().sync();
            assertThat(written.await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    @Test
    void aCloseBetweenTheLoopsWaitsForNobody() throws Exception {
        try (Peer peer = Peer.connect(listen().localAddress(), SMALL)) {
            FdSocketChannel channel = recorder.channel();
            ChannelFuture written = channel.writeAndFlush(Digest.direct(new byte[MUCH]));
            channel.deregister().sync();
            channel.close().sync();
            assertThat(written.await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    @Test
    void aShutdownThatWaitsForTheQueueGoesOn() throws Exception {
        byte[] sent = Digest.bytes(MUCH, 2);
        try (Peer peer = Peer.connect(listen().localAddress(), SMALL)) {
            FdSocketChannel channel = recorder.channel();
            channel.writeAndFlush(Digest.direct(sent));
            ChannelFuture shut = channel.shutdownOutput();
            loops.turn();
            assertThat(shut.isDone()).isFalse();
            mover.move(channel);
            assertThat(peer.digest().end()).isEqualTo(Digest.of(sent).end());
            shut.sync();
            peer.send("x").end();
            channel.read();
            assertThat(recorder.inactive.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(recorder.digest.length()).isEqualTo(1);
        }
    }

    @Test
    void whatIsFlushedBetweenTheLoopsIsWrittenOnTheNewOne() throws Exception {
        byte[] sent = Digest.bytes(1000, 3);
        try (Peer peer = Peer.connect(listen())) {
            FdSocketChannel channel = recorder.channel();
            EventLoop to = mover.other(channel);
            channel.deregister().sync();
            ChannelFuture written = channel.writeAndFlush(Digest.direct(sent));
            loops.turn();
            assertThat(written.isDone()).isFalse();
            to.register(channel).sync();
            assertThat(peer.read(sent.length)).isEqualTo(sent);
            written.sync();
        }
    }

    @Test
    void aReadBetweenTheLoopsIsAnsweredOnTheNewOne() throws Exception {
        try (Peer peer = Peer.connect(listen())) {
            FdSocketChannel channel = recorder.channel();
            EventLoop to = mover.other(channel);
            channel.deregister().sync();
            channel.read();
            peer.send("x");
            loops.turn();
            to.register(channel).sync();
            await().until(() -> recorder.digest.length() == 1);
        }
    }

    @Test
    void autoReadSwitchedOffBetweenTheLoopsHolds() throws Exception {
        Channel listener = listen();
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = recorder.channel();
            channel.config().setAutoRead(true);
            listener.close().sync();
            loops.turn();
            EventLoop to = mover.other(channel);
            channel.deregister().sync();
            channel.config().setAutoRead(false);
            peer.send("x");
            loops.turn();
            Deltas deltas = new Deltas(loops);
            to.register(channel).sync();
            loops.turn();
            assertThat(deltas.of(Counter.READ_CALLS)).isZero();
            channel.read();
            await().until(() -> recorder.digest.length() == 1);
        }
    }

    @Test
    void aHalfClosedChannelStaysHalfClosed() throws Exception {
        try (Peer peer = Peer.connect(listen())) {
            FdSocketChannel channel = recorder.channel();
            channel.config().setAllowHalfClosure(true);
            peer.end();
            await().until(channel::isInputShutdown);
            mover.move(channel);
            channel.writeAndFlush(Digest.direct(new byte[100])).sync();
            channel.close().sync();
            assertThat(peer.readToEnd()).hasSize(100);
            assertThat(recorder.userEvents)
                    .filteredOn(ChannelInputShutdownEvent.INSTANCE::equals)
                    .hasSize(1);
        }
    }

    @Test
    void theNextLoopReportsAConnectBetweenTwoLoops() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            Channel channel = loops.client(recorder).register().sync().channel();
            EventLoop to = mover.other(channel);
            channel.deregister().sync();
            ChannelFuture connected = channel.connect(listener.getLocalSocketAddress());
            loops.turn();
            to.register(channel).sync();
            connected.sync();
            try (Peer peer = Peer.accept(listener)) {
                peer.send("hello");
                await().until(() -> recorder.digest.length() == 5);
            }
        }
    }
}
