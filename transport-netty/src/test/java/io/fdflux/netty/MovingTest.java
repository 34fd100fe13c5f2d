package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 13: moving a connection to another loop loses and duplicates nothing. */
@OnEveryPoller
class MovingTest {

    private static final int MOVES = 50;
    private static final int PIECE = 200_000;
    private static final int SMALL = 8192;

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Recorder server = new Recorder();

    private Channel listen(boolean autoRead) throws Exception {
        return loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    private void move(Channel channel) throws InterruptedException {
        new Mover(loops).move(channel);
    }

    @Test
    void bothDirectionsArriveWhole() throws Exception {
        Digest expected = new Digest();
        try (Peer peer = Peer.connect(listen(true).localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            byte[] upload = Digest.bytes(MOVES * PIECE, 1);
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                try {
                    peer.send(upload).end();
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            });
            CompletableFuture<String> receiver = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    receiver.complete(peer.digest().end());
                } catch (java.io.IOException e) {
                    receiver.completeExceptionally(e);
                }
            });
            channel.config().setAllowHalfClosure(true);
            ChannelFuture last = channel.newSucceededFuture();
            for (int i = 0; i < MOVES; i++) {
                byte[] piece = Digest.bytes(PIECE, i);
                expected.add(piece, piece.length);
                last = channel.writeAndFlush(Digest.direct(piece)); // another loop will send most of it
                move(channel);
            }
            sender.get();
            last.sync(); // close() fails what the kernel has not taken by then
            await().until(() -> server.digest.length() == upload.length);
            channel.close();
            assertThat(receiver.get()).isEqualTo(expected.end());
            assertThat(server.digest.end()).isEqualTo(Digest.of(upload).end());
            assertThat(server.failures).isEmpty();
        }
    }

    @Test
    void whatTheOldLoopCouldNotWriteTheNewOneDoes() throws Exception {
        byte[] sent = Digest.bytes(MOVES * PIECE, 3);
        try (Peer peer = Peer.connect(listen(false).localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            ChannelFuture written = channel.writeAndFlush(Digest.direct(sent));
            loops.turn();
            assertThat(written.isDone()).as("written before the move").isFalse();
            move(channel);
            assertThat(peer.read(sent.length)).isEqualTo(sent);
            written.sync();
        }
    }

    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void demandMovesToo(boolean autoRead) throws Exception {
        try (Peer peer = Peer.connect(listen(autoRead))) {
            FdSocketChannel channel = server.channel();
            channel.read();
            loops.turn();
            move(channel);
            peer.send("x");
            await().until(() -> server.digest.length() == 1);
        }
    }

    @Test
    void thePeersGoingIsNoticedOnTheNewLoop() throws Exception {
        Peer peer = Peer.connect(listen(false));
        move(server.channel());
        loops.turn();
        peer.close();
        assertThat(server.inactive.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void thePeersGoingBetweenTheLoopsIsNoticed() throws Exception {
        Peer peer = Peer.connect(listen(false));
        FdSocketChannel channel = server.channel();
        EventLoop to = new Mover(loops).other(channel);
        channel.deregister().sync();
        peer.close();
        loops.turn();
        assertThat(channel.isActive()).isTrue();
        to.register(channel).sync();
        assertThat(server.inactive.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aChannelOfNoLoopCanBeClosed() throws Exception {
        try (Peer peer = Peer.connect(listen(true))) {
            FdSocketChannel channel = server.channel();
            channel.deregister().sync();
            ChannelFuture closed = channel.close();
            loops.turn();
            closed.sync();
            assertThat(peer.readToEnd()).isEmpty();
        }
    }

    @Test
    void aListenerMovesToo() throws Exception {
        Channel listener = listen(true);
        EventLoop to = new Mover(loops).other(listener);
        listener.deregister().sync();
        try (Peer peer = Peer.connect(listener)) {
            to.register(listener).sync();
            peer.send("x");
            await().until(() -> server.digest.length() == 1);
        }
    }
}
