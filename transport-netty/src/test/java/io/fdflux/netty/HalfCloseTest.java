package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One direction may end before the other. */
@OnEveryPoller
class HalfCloseTest {

    private static final int SMALL = 4096;
    private static final int LARGE = 8 << 20;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();
    private Channel listener;

    @BeforeEach
    void listen() throws Exception {
        listener = loops.server(() -> server)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void writesGoOnAfterThePeersEnd(boolean autoRead) throws Exception {
        byte[] answer = Digest.bytes(LARGE, 1);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            channel.config().setAutoRead(autoRead);
            peer.send("question").end();
            if (!autoRead) {
                channel.read();
            }
            await().until(() -> server.userEvents.contains(ChannelInputShutdownEvent.INSTANCE));
            assertThat(server.digest.length()).isEqualTo(8);
            assertThat(channel.isInputShutdown()).isTrue();
            assertThat(channel.isActive()).isTrue();
            channel.read();
            await().until(() -> server.userEvents.contains(ChannelInputShutdownReadComplete.INSTANCE));
            channel.read();
            loops.turn();
            assertThat(server.userEvents)
                    .containsExactly(ChannelInputShutdownEvent.INSTANCE, ChannelInputShutdownReadComplete.INSTANCE);

            channel.writeAndFlush(Digest.direct(answer)).addListener(ChannelFutureListener.CLOSE);
            assertThat(peer.digest().end()).isEqualTo(Digest.of(answer).end());
        }
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 1000, LARGE})
    void shutdownOutputSendsWhatIsFlushedAndThenTheEnd(int count) throws Exception {
        byte[] sent = Digest.bytes(count, 2);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            ChannelFuture written = channel.writeAndFlush(Digest.direct(sent));
            ChannelFuture shutdown = channel.shutdownOutput();
            ChannelFuture again = channel.shutdownOutput();
            ChannelFuture late = channel.writeAndFlush(Digest.direct(new byte[1]));
            loops.turn();
            assertThat(peer.digest().end()).isEqualTo(Digest.of(sent).end());
            written.sync();
            shutdown.sync();
            assertThat(again.await(30, TimeUnit.SECONDS))
                    .as("every promise is kept")
                    .isTrue();
            assertThat(late.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(late.cause()).as("a write after shutdownOutput").isInstanceOf(ClosedChannelException.class);
            assertThat(channel.isOutputShutdown()).isTrue();
            assertThat(server.userEvents).contains(ChannelOutputShutdownEvent.INSTANCE);

            peer.send("still open this way");
            await().until(() -> server.digest.length() == 19);
            assertThat(channel.isActive()).isTrue();
        }
    }

    @Test
    void shutdownInputEndsReadingOnly() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            channel.shutdownInput().sync();
            assertThat(channel.isInputShutdown()).isTrue();
            channel.writeAndFlush(Digest.direct(new byte[10])).sync();
            assertThat(peer.read(10)).hasSize(10);
            assertThat(channel.isActive()).isTrue();
            channel.close().sync();
        }
    }

    @Test
    void aCancelledPromiseIsLeftAlone() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            ChannelPromise cancelled = channel.newPromise();
            cancelled.cancel(false);
            channel.eventLoop().submit(() -> channel.shutdownInput(cancelled)).sync();
            channel.eventLoop().submit(() -> channel.shutdown(cancelled)).sync();
            assertThat(peer.readToEnd()).isEmpty();
            assertThat(channel.isShutdown()).isTrue();
            channel.close().sync();
        }
    }

    @Test
    void shutdownEndsBoth() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            channel.writeAndFlush(Digest.direct(new byte[10]));
            channel.shutdown().sync();
            assertThat(channel.isShutdown()).isTrue();
            assertThat(channel.isOpen()).isTrue();
            assertThat(peer.readToEnd()).hasSize(10);
            channel.close().sync();
        }
    }

    @Test
    void shutdownOfAClosedChannelFails() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            channel.close().sync();
            assertThat(channel.shutdownOutput().await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(channel.shutdownInput().await().cause()).isNotNull();
            assertThat(peer.readToEnd()).isEmpty();
        }
    }

    @Test
    void closeFailsAShutdownThatWaits() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            channel.writeAndFlush(Digest.direct(new byte[LARGE]));
            ChannelFuture shutdown = channel.shutdownOutput();
            channel.close().sync();
            assertThat(shutdown.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(shutdown.isSuccess()).isFalse();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    @Test
    void cancellingOneEndOfTheOutputCancelsNoOther() throws Exception {
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            FdSocketChannel channel = server.channel();
            channel.writeAndFlush(Digest.direct(new byte[LARGE]));
            ChannelFuture first = channel.shutdownOutput();
            ChannelFuture second = channel.shutdownOutput();
            loops.turn();
            assertThat(first.isDone()).isFalse();
            second.cancel(false);
            loops.turn();
            assertThat(peer.readToEnd()).hasSize(LARGE);
            first.sync();
        }
    }
}
