package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Invariant 17: {@code close()} is immediate for its caller and attempts pending writes once. A close right after
 * {@code writeAndFlush} loses no byte that the socket accepts. The remaining writes fail.
 */
@OnEveryPoller
class CloseTest {

    private static final int SMALL = 4096;
    private static final int PIECE = 300_000;
    private static final int PIECES = 20;
    /** A close that waits this long exceeds the test's time-out. */
    private static final int FOR_EVER_SECONDS = 600;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();
    private Channel listener;

    /** The thread and the kind of channel. */
    enum Case {
        ON_THE_LOOP,
        FROM_ANOTHER_THREAD,
        IN_THE_LISTENER_OF_THE_FIRST_WRITE,
        IN_THE_LISTENER_OF_THE_LAST_WRITE,
        BY_A_FUTURE_LISTENER,
        TWICE
    }

    @BeforeEach
    void listen() {
        listener = loops.listen(() -> server);
    }

    private List<ChannelFuture> writeAndClose(FdSocketChannel channel, Case how, byte[][] pieces) {
        List<ChannelFuture> writes = Stream.of(pieces)
                .map(piece -> channel.write(Digest.direct(piece)))
                .toList();
        ChannelFuture first = writes.getFirst();
        ChannelFuture last = writes.getLast();
        switch (how) {
            case IN_THE_LISTENER_OF_THE_FIRST_WRITE -> first.addListener(done -> channel.close());
            case IN_THE_LISTENER_OF_THE_LAST_WRITE -> last.addListener(done -> channel.close());
            case BY_A_FUTURE_LISTENER -> last.addListener(ChannelFutureListener.CLOSE);
            default -> {}
        }
        channel.flush();
        if (how == Case.ON_THE_LOOP || how == Case.FROM_ANOTHER_THREAD || how == Case.TWICE) {
            channel.close();
        }
        if (how == Case.TWICE) {
            channel.close();
        }
        return writes;
    }

    private static byte[][] pieces(int count, int length) {
        byte[][] pieces = new byte[count][];
        for (int i = 0; i < count; i++) {
            pieces[i] = Digest.bytes(length, i);
        }
        return pieces;
    }

    private static String digestOf(byte[][] pieces) {
        Digest digest = new Digest();
        for (byte[] piece : pieces) {
            digest.add(piece, piece.length);
        }
        return digest.end();
    }

    private List<ChannelFuture> writeAndCloseOn(FdSocketChannel channel, Case how, byte[][] pieces) throws Exception {
        return how == Case.FROM_ANOTHER_THREAD
                ? writeAndClose(channel, how, pieces)
                : channel.eventLoop()
                        .submit(() -> writeAndClose(channel, how, pieces))
                        .sync()
                        .get();
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLostThatTheSocketTakes(Case how) throws Exception {
        byte[][] pieces = pieces(3, 100);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            List<ChannelFuture> writes = writeAndCloseOn(channel, how, pieces);
            assertThat(peer.digest().end()).isEqualTo(digestOf(pieces));
            channel.closeFuture().sync();
            assertThat(server.inactive.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(writes).allMatch(ChannelFuture::isSuccess);
            assertThat(server.failures).isEmpty();
        }
    }

    /** A write whose promise succeeded arrives; the others fail, and nothing after the first failed write is sent. */
    @ParameterizedTest
    @EnumSource
    void whatTheSocketDoesNotTakeFails(Case how) throws Exception {
        byte[][] pieces = pieces(PIECES, PIECE);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            List<ChannelFuture> writes = writeAndCloseOn(channel, how, pieces);
            if (how == Case.IN_THE_LISTENER_OF_THE_LAST_WRITE || how == Case.BY_A_FUTURE_LISTENER) {
                assertThat(peer.digest().end()).isEqualTo(digestOf(pieces)); // the close followed the last write
                assertThat(writes.getLast().sync().isSuccess()).isTrue();
                return;
            }
            channel.closeFuture().sync(); // the peer has not read anything
            assertThat(server.inactive.await(30, TimeUnit.SECONDS)).isTrue();
            int taken = (int) writes.stream()
                    .filter(write -> write.awaitUninterruptibly().isSuccess())
                    .count();
            assertThat(taken).isLessThan(PIECES);
            assertThat(writes.subList(taken, PIECES))
                    .allSatisfy(write -> assertThat(write.cause()).isInstanceOf(ClosedChannelException.class));
            byte[] arrived = peer.readToEnd();
            assertThat(arrived.length).isBetween(taken * PIECE, (taken + 1) * PIECE);
            assertThat(arrived).isEqualTo(Arrays.copyOf(joined(pieces), arrived.length));
            assertThat(server.failures).isEmpty();
        }
    }

    private static byte[] joined(byte[][] pieces) {
        byte[] all = new byte[PIECES * PIECE];
        for (int i = 0; i < pieces.length; i++) {
            System.arraycopy(pieces[i], 0, all, i * PIECE, PIECE);
        }
        return all;
    }

    private FdSocketChannel withAFullSocket() throws InterruptedException {
        FdSocketChannel channel = server.channel();
        for (byte[] piece : pieces(PIECES, PIECE)) {
            channel.writeAndFlush(Digest.direct(piece));
        }
        loops.turn();
        assertThat(channel.unsafe().outboundBuffer().isEmpty())
                .as("every write succeeded")
                .isFalse();
        return channel;
    }

    /** channelInactive runs in the next task, as on Netty's transports. */
    @Test
    void aPeerThatNeverReadsDelaysNothing() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = withAFullSocket();
            ChannelFuture last = channel.writeAndFlush(Digest.direct(new byte[1]));
            channel.eventLoop()
                    .submit(() -> {
                        ChannelFuture closed = channel.close();
                        assertThat(closed.isSuccess()).isTrue();
                        assertThat(channel.close().isSuccess()).isTrue();
                        assertThat(last.cause()).isInstanceOf(ClosedChannelException.class);
                        assertThat(channel.isOpen()).isFalse();
                    })
                    .sync();
            channel.eventLoop()
                    .submit(() -> assertThat(server.inactive.getCount()).isZero())
                    .sync();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    /** The last write met a full socket, and the loop has not polled since, but the peer may have read. */
    @Test
    void theLastAttemptIsMadeOnASocketThatWasFull() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = withAFullSocket();
            long calls = channel.eventLoop()
                    .submit(() -> {
                        long before = loops.count(Counter.WRITE_CALLS);
                        channel.close();
                        return loops.count(Counter.WRITE_CALLS) - before;
                    })
                    .get();
            assertThat(calls).isPositive();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    @Test
    void aListenerThatHasClosedWritesNoMore() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            CompletableFuture<ChannelFuture> late = new CompletableFuture<>();
            channel.writeAndFlush(Digest.direct(new byte[10])).addListener(done -> {
                channel.close();
                late.complete(channel.writeAndFlush(Digest.direct(new byte[1])));
            });
            assertThat(late.get().await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(peer.readToEnd()).hasSize(10);
        }
    }

    @Test
    void lingerOfZeroResetsAtOnce() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = withAFullSocket();
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close().sync();
            assertThat(ThrowableAssert.catchThrowable(peer::digest)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aLingerThatWaitsDoesNotHoldTheLoopUp() throws Exception {
        Recorder second = new Recorder();
        Channel other = loops.listen(() -> second);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL);
                Peer bystander = Peer.connect(other)) {
            FdSocketChannel channel = withAFullSocket();
            channel.config().setOption(ChannelOption.SO_LINGER, FOR_EVER_SECONDS);
            ChannelFuture last = channel.writeAndFlush(Digest.direct(new byte[1]));
            ChannelFuture closed = channel.close();
            assertThat(last.await().cause()).isInstanceOf(ClosedChannelException.class);
            second.channel().writeAndFlush(Digest.direct(new byte[10])).sync();
            assertThat(bystander.read(10)).hasSize(10);
            assertThat(closed.isDone()).isFalse();
            peer.reset();
            closed.sync();
        }
    }

    /** The kernel resets such a connection. The answer must be on its way by then. */
    @Test
    void anAnswerArrivesAlthoughTheRequestIsUnread() throws Exception {
        Recorder pulling = new Recorder();
        Channel pulled = loops.server(() -> pulling)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        byte[] answer = Digest.bytes(300, 5);
        try (Peer peer = Peer.connect(pulled)) {
            FdSocketChannel channel = pulling.channel();
            peer.send(new byte[SMALL]);
            loops.turn();
            channel.eventLoop().execute(() -> {
                channel.writeAndFlush(Digest.direct(answer));
                channel.close();
            });
            channel.closeFuture().sync();
            assertThat(peer.read(answer.length)).isEqualTo(answer);
        }
    }
}
