package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection closed right after {@code writeAndFlush} loses nothing that was flushed; and closing ends. */
@OnEveryPoller
class CloseTest {

    private static final int SMALL = 4096;
    private static final int PIECE = 300_000;
    private static final int PIECES = 20;
    /** A close that waits for this would run into the test's time-out. */
    private static final int FOR_EVER_MILLIS = 600_000;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();
    private Channel listener;

    /** From where, and on what, a channel is closed. */
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

    private void writeAndClose(FdSocketChannel channel, Case how, byte[][] pieces) {
        ChannelFuture first = channel.write(Digest.direct(pieces[0]));
        for (int i = 1; i < pieces.length - 1; i++) {
            channel.write(Digest.direct(pieces[i]));
        }
        ChannelFuture last = channel.write(Digest.direct(pieces[pieces.length - 1]));
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

    private void nothingIsLost(Case how, byte[][] pieces) throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            if (how == Case.FROM_ANOTHER_THREAD) {
                writeAndClose(channel, how, pieces);
            } else {
                channel.eventLoop()
                        .submit(() -> writeAndClose(channel, how, pieces))
                        .sync();
            }
            loops.turn(); // the socket is full now, if the pieces are large
            assertThat(peer.digest().end()).isEqualTo(digestOf(pieces));
            channel.closeFuture().sync();
            assertThat(channel.isOpen()).isFalse();
            assertThat(server.inactive.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.failures).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingFlushedIsLost(Case how) throws Exception {
        nothingIsLost(how, pieces(3, 100));
    }

    @ParameterizedTest
    @EnumSource
    void nothingFlushedIsLostWhenTheSocketIsFull(Case how) throws Exception {
        nothingIsLost(how, pieces(PIECES, PIECE));
    }

    private FdSocketChannel withAFullSocket(int drainMillis) throws InterruptedException {
        FdSocketChannel channel = server.channel();
        channel.config().setOption(FdChannelOption.CLOSE_DRAIN_MILLIS, drainMillis);
        for (byte[] piece : pieces(PIECES, PIECE)) {
            channel.writeAndFlush(Digest.direct(piece));
        }
        loops.turn();
        assertThat(channel.unsafe().outboundBuffer().isEmpty())
                .as("everything was taken")
                .isFalse();
        return channel;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 50})
    void closingEndsWhenThePeerNeverReads(int drainMillis) throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = withAFullSocket(drainMillis);
            ChannelFuture last = channel.writeAndFlush(Digest.direct(new byte[1]));
            ChannelFuture closed = channel.close();
            ChannelFuture again = channel.close();
            closed.sync();
            again.sync();
            assertThat(last.await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(channel.isOpen()).isFalse();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    @Test
    void whileItDrainsNothingNewIsTaken() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = withAFullSocket(FOR_EVER_MILLIS);
            ChannelFuture closed = channel.close();
            ChannelFuture late = channel.writeAndFlush(Digest.direct(new byte[1]));
            assertThat(late.await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(peer.digest().end()).isEqualTo(digestOf(pieces(PIECES, PIECE)));
            closed.sync();
        }
    }

    @Test
    void aPeerThatResetsEndsTheDrain() throws Exception {
        Peer peer = Peer.connect(listener.localAddress(), SMALL);
        FdSocketChannel channel = withAFullSocket(FOR_EVER_MILLIS);
        ChannelFuture closed = channel.close();
        loops.turn();
        assertThat(closed.isDone()).isFalse();
        peer.reset();
        closed.sync();
    }

    @Test
    void lingerOfZeroResetsAtOnce() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = withAFullSocket(FOR_EVER_MILLIS);
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
            FdSocketChannel channel = withAFullSocket(0);
            channel.config().setOption(ChannelOption.SO_LINGER, FOR_EVER_MILLIS / 1000);
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
}
