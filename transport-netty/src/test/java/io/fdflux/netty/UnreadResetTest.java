package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Invariant 9: a reset leaves no peer to answer, so an accepted channel closes with or without demand. A client channel
 * keeps the bytes from before the reset for later demand.
 */
@OnEveryPoller
class UnreadResetTest {

    private static final byte[] BYTES = Digest.bytes(1_000, 7);

    enum Family {
        TCP,
        UNIX
    }

    @RegisterExtension
    final DomainSockets sockets = new DomainSockets();

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final DomainRecorder unix = new DomainRecorder();
    private final Recorder tcp = new Recorder();

    private Recorder recorder(Family family) {
        return family == Family.TCP ? tcp : unix;
    }

    private Channel channel(Family family) {
        return family == Family.TCP ? tcp.channel() : unix.stream();
    }

    /**
     * Resets: TCP by SO_LINGER, Unix-domain by a close with unread bytes (unix_release_sock() in net/unix/af_unix.c).
     */
    private void reset(Family family, Channel channel, SocketChannel peer) throws Exception {
        if (family == Family.TCP) {
            peer.setOption(StandardSocketOptions.SO_LINGER, 0);
        } else {
            channel.writeAndFlush(Digest.direct(BYTES)).sync();
            loops.turn(); // the kernel has the bytes
        }
        peer.close();
    }

    @ParameterizedTest
    @EnumSource
    void anAcceptedChannelClosesWithBytesUnread(Family family) throws Exception {
        Channel listener = (family == Family.TCP
                        ? loops.server(() -> tcp).localAddress(Loops.anyPort())
                        : DomainSockets.server(loops, () -> unix).localAddress(sockets.address()))
                .childOption(ChannelOption.AUTO_READ, false)
                .bind()
                .sync()
                .channel();
        SocketChannel peer = family == Family.TCP ? SocketChannel.open(listener.localAddress()) : sockets.plainClient();
        Channel accepted = channel(family);
        listener.close().sync(); // accepts count as read calls
        Deltas deltas = new Deltas(loops);
        DomainSockets.send(peer, BYTES);
        loops.turn();
        reset(family, accepted, peer);
        assertThat(recorder(family).inactive.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(recorder(family).failures)
                .as("no error ahead of bytes without demand")
                .isEmpty();
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aConnectingSideReadsWhatCameBeforeTheReset(Family family) throws Exception {
        try (ServerSocketChannel listener =
                family == Family.TCP ? ServerSocketChannel.open().bind(Loops.anyPort()) : sockets.plainServer()) {
            ChannelFuture connected = family == Family.TCP
                    ? loops.client(tcp).option(ChannelOption.AUTO_READ, false).connect(listener.getLocalAddress())
                    : DomainSockets.client(loops, unix)
                            .option(ChannelOption.AUTO_READ, false)
                            .connect(sockets.address());
            Channel client = connected.sync().channel();
            SocketChannel peer = listener.accept();
            DomainSockets.send(peer, BYTES);
            loops.turn();
            reset(family, client, peer);
            loops.turn();
            Recorder recorder = recorder(family);
            assertThat(recorder.inactive.getCount()).as("bytes are pending").isEqualTo(1);
            while (recorder.digest.length() < BYTES.length) {
                assertThat(recorder.failures).isEmpty();
                client.read();
                loops.turn();
            }
            assertThat(recorder.inactive.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(recorder.digest.end()).isEqualTo(Digest.of(BYTES).end());
            assertThat(recorder.failures).singleElement().asString().contains("ECONNRESET");
        }
    }

    @Test
    void noneOfThoseThatWereResetBeforeTheirAcceptStaysOpen() throws Exception {
        int count = 20;
        CountDownLatch ends = new CountDownLatch(count);
        Channel listener = loops.server(() -> new Recorder() {
                    @Override
                    public void channelInactive(ChannelHandlerContext context) {
                        ends.countDown();
                    }
                })
                .childOption(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        for (int i = 0; i < count; i++) {
            Peer peer = Peer.connect(listener);
            if (i % 2 == 0) {
                peer.send(BYTES);
            }
            peer.reset();
        }
        listener.config().setAutoRead(true);
        await().until(() -> loops.count(Counter.ACCEPTED) == count);
        assertThat(ends.await(30, TimeUnit.SECONDS)).isTrue();
    }

    /** FIN and then RST arrive before the loop polls: SO_ERROR holds EPIPE, and recv(2) returns 0. */
    @ParameterizedTest(name = "{0} bytes before")
    @ValueSource(ints = {0, 100})
    void aResetAfterTheEndIsTheEnd(int bytes) throws Exception {
        Channel listener = loops.server(() -> tcp)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        Peer peer = Peer.connect(listener);
        Channel accepted = tcp.channel();
        loops.turn();
        try (var _ = HeldLoop.hold(accepted.eventLoop())) {
            peer.send(new byte[bytes]).end();
            peer.reset();
        }
        assertThat(tcp.inactive.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(tcp.failures).isEmpty();
    }

    @Test
    void aConnectingSideReadsToTheEndThatAResetFollows() throws Exception {
        try (var listener = Loops.plainListener()) {
            Channel client = loops.client(tcp)
                    .option(ChannelOption.AUTO_READ, false)
                    .connect(listener.getLocalSocketAddress())
                    .sync()
                    .channel();
            Peer peer = Peer.accept(listener);
            try (var _ = HeldLoop.hold(client.eventLoop())) {
                peer.send(BYTES).end();
                peer.reset();
            }
            while (tcp.inactive.getCount() > 0) {
                client.read();
                loops.turn();
            }
            assertThat(tcp.digest.length()).isEqualTo(BYTES.length);
            assertThat(tcp.failures).isEmpty();
        }
    }

    @Test
    void anAcceptedChannelWhoseInputHasEndedClosesWithTheReset() throws Exception {
        Channel listener = loops.server(() -> tcp)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        Peer peer = Peer.connect(listener);
        tcp.channel();
        loops.turn(); // the poller has reported it
        try (var _ = HeldLoop.hold(tcp.channel().eventLoop())) {
            peer.end();
            peer.reset();
        }
        assertThat(tcp.inactive.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(tcp.failures).isEmpty();
    }
}
