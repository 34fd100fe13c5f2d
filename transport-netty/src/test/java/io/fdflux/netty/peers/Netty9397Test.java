package io.fdflux.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.Recorder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Each change of interest was an immediate system call, two per chunk read on demand. In io_uring, cancelled and
 * repeated polls slowed gateways down likewise (netty 15510, reactor-netty 3833 and 4253).
 */
@OnEveryPoller
@DisplayName("netty 9397: changes of demand within a turn cost at most one call")
class Netty9397Test {

    private static final int CHANGES = 1_000;
    private static final int EXCHANGES = 500;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private Channel listen(Recorder server) throws InterruptedException {
        return loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    @Test
    void changesOfOneTurn() throws Exception {
        Recorder server = new Recorder();
        try (Peer peer = Peer.connect(listen(server))) {
            FdSocketChannel channel = server.channel();
            channel.read();
            loops.turn();
            Deltas deltas = new Deltas(loops);
            channel.eventLoop()
                    .submit(() -> {
                        for (int i = 0; i < CHANGES; i++) {
                            channel.config().setAutoRead(true);
                            channel.config().setAutoRead(false);
                        }
                        channel.read();
                    })
                    .sync();
            loops.turn();
            assertThat(deltas.of(Counter.UPDATE_CALLS)).isLessThanOrEqualTo(1);
            assertThat(deltas.of(Counter.READ_CALLS)).isLessThanOrEqualTo(1);
            peer.send("x");
            await().until(() -> server.digest.length() == 1);
        }
    }

    /** Behaves like a server that reads a request on demand, and reads again after its answer. */
    @Test
    void keepAliveExchangesCostOneReadEach() throws Exception {
        Recorder server = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
                super.channelRead(context, message);
                context.writeAndFlush(context.alloc().directBuffer(1).writeByte('y'))
                        .addListener(written -> context.read());
            }
        };
        Channel listener = listen(server);
        try (Peer peer = Peer.connect(listener)) {
            server.channel().read();
            listener.close().sync();
            peer.send("x").read(1);
            loops.turn();
            Deltas deltas = new Deltas(loops);
            for (int i = 0; i < EXCHANGES; i++) {
                peer.send("x").read(1);
                loops.turn();
            }
            assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(EXCHANGES);
            assertThat(deltas.of(Counter.READ_EAGAINS)).isZero();
            assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(EXCHANGES);
            if (loops.count(Counter.DISARMS) == 0) { // a persistent watch needs no call, a spent one needs one
                assertThat(deltas.of(Counter.ARMS)).isLessThanOrEqualTo(2L * EXCHANGES);
            }
            assertThat(deltas.of(Counter.UPDATE_CALLS)).isZero();
        }
    }
}
