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
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Epoll and kqueue channels read without demand once the peer had shut down its output. Also 6173, 6724. */
@OnEveryPoller
@DisplayName("netty 13142: without read() nothing is read, however the peer ends")
class Netty13142Test {

    private static final int CHUNK = 8 * 1024;

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** The server of the report: an echo that may be half-closed. */
    private static final class Echo extends Recorder {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            ByteBuf buffer = (ByteBuf) message;
            context.writeAndFlush(buffer.retainedDuplicate());
            super.channelRead(context, buffer);
        }
    }

    private final Echo server = new Echo();

    private FdSocketChannel accepted(Peer peer, Channel listener) throws Exception {
        FdSocketChannel channel = server.channel();
        listener.close().sync(); // accepts would count as reads
        loops.turn();
        return channel;
    }

    private Channel listen() throws Exception {
        return loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK).maxMessagesPerRead(1))
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {1, CHUNK, 100_000, 8 << 20})
    void eachReadDeliversOneMessageAndNoneComesByItself(int count) throws Exception {
        Channel listener = listen();
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = accepted(peer, listener);
            Deltas deltas = new Deltas(loops);
            Sender sender = Sender.start(peer, count, Peer::end);
            sender.awaitHeldUp();
            loops.turn();
            assertThat(deltas.of(Counter.READ_CALLS)).isZero();
            assertThat(server.reads).hasValue(0);
            assertThat(server.userEvents).isEmpty();

            CompletableFuture<String> echoed = CompletableFuture.supplyAsync(() -> {
                try {
                    return peer.digest().end();
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            for (int asked = 1; server.digest.length() < count; asked++) {
                int wanted = asked;
                channel.read();
                await().until(() -> server.reads.get() == wanted);
                if (asked % 64 == 1) {
                    loops.turn();
                    assertThat(server.reads).as("reads without demand").hasValue(asked);
                }
            }
            await().until(() -> server.userEvents.contains(ChannelInputShutdownEvent.INSTANCE));
            channel.shutdownOutput().sync();
            assertThat(echoed.get()).isEqualTo(sender.digest());
            channel.close().sync();
            assertThat(server.failures).isEmpty();
        }
    }

    @Test
    void autoReadSwitchedOffInAHandlerStopsAtThatMessage() throws Exception {
        Recorder stopping = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
                context.channel().config().setAutoRead(false);
                super.channelRead(context, message);
            }
        };
        Channel listener = loops.server(() -> stopping)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK))
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(listener)) {
            byte[] sent = Digest.bytes(10 * CHUNK, 1);
            peer.send(sent).end();
            for (int message = 1; message <= 10; message++) {
                int wanted = message;
                await().until(() -> stopping.reads.get() == wanted);
                loops.turn();
                assertThat(stopping.reads).hasValue(message);
                stopping.channel().config().setAutoRead(true);
            }
            stopping.inactive.await();
            assertThat(stopping.digest.end()).isEqualTo(Digest.of(sent).end());
        }
    }
}
