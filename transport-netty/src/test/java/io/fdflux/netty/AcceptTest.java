package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The cost of accepting, and that accepts happen on demand only. */
@OnEveryPoller
class AcceptTest {

    private static final int WAITING = 10;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private static List<Peer> connect(Channel listener) {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            peers.add(Peer.connect(listener));
        }
        return peers;
    }

    private Channel resting() throws InterruptedException {
        return loops.server(Recorder::new)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    @Test
    void withoutReadNothingIsAccepted() throws Exception {
        Channel listener = resting();
        List<Peer> peers = connect(listener);
        loops.turn();
        assertThat(loops.count(Counter.READ_CALLS)).isZero();
        for (int i = 1; i <= WAITING; i++) {
            listener.read();
            loops.turn();
            assertThat(loops.count(Counter.ACCEPTED)).isEqualTo(i);
            assertThat(loops.count(Counter.READ_CALLS)).isEqualTo(i);
        }
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @Test
    void allThatWaitAreAcceptedInOneAttempt() throws Exception {
        Channel listener = resting();
        List<Peer> peers = connect(listener);
        loops.turn();
        listener.eventLoop()
                .submit(() -> {
                    listener.config().setAutoRead(true);
                })
                .sync();
        await().until(() -> loops.count(Counter.ACCEPTED) == WAITING);
        assertThat(loops.count(Counter.READ_ATTEMPTS)).isLessThanOrEqualTo(2);
        for (Peer peer : peers) {
            peer.close();
        }
    }

    /** Neither the kernel's count nor auto-read leads to an accept that finds nothing, but for the one after bind. */
    @Test
    void noAcceptFindsNothing() throws Exception {
        Channel listener = loops.server(Recorder::new)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        List<Peer> peers = new ArrayList<>();
        for (int i = 1; i <= WAITING; i++) {
            int accepted = i;
            peers.add(Peer.connect(listener));
            await().until(() -> loops.count(Counter.ACCEPTED) == accepted);
        }
        assertThat(loops.count(Counter.READ_CALLS)).isLessThanOrEqualTo(WAITING + 1);
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @Test
    void aConnectionServedAndClosedAtOnceNeverMeetsThePoller() throws Exception {
        byte[] hello = {1, 2, 3};
        Channel echo = loops.listen(() -> new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                context.writeAndFlush(message);
                context.close();
            }
        });
        loops.turn();
        // The server is blocked until the request has arrived, and finds both in one turn.
        HeldLoop server = HeldLoop.hold(echo.eventLoop());
        Deltas deltas = new Deltas(loops);
        try (Peer peer = Peer.connect(echo).send(hello)) {
            server.close();
            assertThat(peer.readToEnd()).isEqualTo(hello);
        }
        loops.turn();
        assertThat(deltas.of(Counter.ACCEPTED)).isEqualTo(1);
        assertThat(deltas.of(Counter.BYTES_WRITTEN)).isEqualTo(3);
        assertThat(deltas.of(Counter.ARMS)).as("arms beyond the listener's").isLessThanOrEqualTo(1);
        assertThat(deltas.of(Counter.UPDATE_CALLS)).isZero();
    }

    @Test
    void aConnectionResetBeforeItWasAcceptedIsNoTrouble() throws Exception {
        Recorder recorder = new Recorder();
        Channel listener = loops.server(() -> recorder)
                .option(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        Peer.connect(listener).reset();
        loops.turn();
        assertThat(loops.count(Counter.ACCEPTED)).isZero();
        listener.read();
        recorder.inactive.await();
        try (Peer peer = Peer.connect(listener)) {
            listener.read();
            await().until(() -> loops.count(Counter.ACCEPTED) == 2);
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }
}
