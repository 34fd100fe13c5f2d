package io.fdflux.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.Recorder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kqueue channels noticed a lost peer only by reading. Also 7550, and 5099 for auto-read off. */
@OnEveryPoller
@DisplayName("netty 7124: a lost peer is noticed without reading")
class Netty7124Test {

    private static final int CLIENTS = 50;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = Loops.plainListener();
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    /** How the peer ends. */
    enum Going {
        END(Peer::end),
        CLOSE(Peer::close),
        RESET(Peer::reset);

        private final Sender.AfterAll how;

        Going(Sender.AfterAll how) {
            this.how = how;
        }
    }

    private FdSocketChannel connect(Recorder client) throws InterruptedException {
        return (FdSocketChannel) loops.client(client)
                .option(ChannelOption.AUTO_READ, false)
                .connect(listener.getLocalSocketAddress())
                .sync()
                .channel();
    }

    @ParameterizedTest
    @EnumSource
    void idleClientsNotice(Going going) throws Exception {
        List<Recorder> clients = new ArrayList<>();
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Recorder());
            connect(clients.get(i));
            peers.add(Peer.accept(listener));
        }
        loops.turn();
        Deltas deltas = new Deltas(loops);
        for (Peer peer : peers) {
            going.how.run(peer);
        }
        for (Recorder client : clients) {
            assertThat(client.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void autoReadSwitchedOffNotices(Going going) throws Exception {
        Recorder client = new Recorder();
        FdSocketChannel channel = connect(client);
        try (Peer peer = Peer.accept(listener)) {
            channel.config().setAutoRead(true);
            for (int i = 1; i <= 3; i++) {
                int sent = i;
                peer.send("x");
                await().until(() -> client.digest.length() == sent);
            }
            channel.config().setAutoRead(false);
            loops.turn();
            Deltas deltas = new Deltas(loops);
            going.how.run(peer);
            assertThat(client.inactive.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(deltas.of(Counter.READ_CALLS)).isZero();
        }
    }

    /** The case of a server that streams to a client: it writes, and never reads. */
    @ParameterizedTest
    @EnumSource(names = {"CLOSE", "RESET"})
    void aStreamThatOnlyWritesNotices(Going going) throws Exception {
        Recorder client = new Recorder();
        FdSocketChannel channel = connect(client);
        try (Peer peer = Peer.accept(listener)) {
            channel.writeAndFlush(Digest.direct(new byte[1000])).sync();
            peer.read(1000);
            Deltas deltas = new Deltas(loops);
            going.how.run(peer);
            assertThat(client.inactive.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(deltas.of(Counter.READ_CALLS)).isZero();
        }
    }

    /**
     * Netty's DetectPeerCloseWithoutReadTest first delivers 100 bytes without demand. Here the bytes and the end wait
     * for demand.
     */
    @Test
    void bytesThatNobodyAsksForAreKeptBeforeTheEnd() throws Exception {
        Recorder client = new Recorder();
        FdSocketChannel channel = connect(client);
        try (Peer peer = Peer.accept(listener)) {
            peer.send(new byte[100]).end();
            loops.turn();
            assertThat(client.inactive.getCount()).isEqualTo(1);
            assertThat(client.reads).hasValue(0);
            channel.read();
            assertThat(client.inactive.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(client.digest.length()).isEqualTo(100);
        }
    }

    /** The same on both sides of a connection, with Netty's reads of ten bytes, one per handled message. */
    @ParameterizedTest(name = "the server closes: {0}")
    @ValueSource(booleans = {true, false})
    void whoeverReadsOnGetsThemAndTheEnd(boolean serverCloses) throws Exception {
        ChannelHandler closing = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                context.writeAndFlush(Digest.direct(new byte[100])).addListener(ChannelFutureListener.CLOSE);
            }
        };
        Pulling reading = new Pulling(Pulling.From.READ);
        RecvByteBufAllocator ten = new FixedRecvByteBufAllocator(10).maxMessagesPerRead(1);
        Channel server = loops.server(() -> serverCloses ? closing : reading)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, ten)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        loops.client(serverCloses ? reading : closing)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, ten)
                .connect(server.localAddress())
                .sync();
        assertThat(reading.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(reading.digest.length()).isEqualTo(100);
        assertThat(reading.reads).hasValue(10);
        assertThat(reading.failures).isEmpty();
        server.close().sync();
    }
}
