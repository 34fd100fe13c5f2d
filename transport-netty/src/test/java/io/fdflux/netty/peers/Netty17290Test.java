package io.fdflux.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** KQueueSocketChannel fired channelInactive before all bytes that the peer had sent were read. */
@OnEveryPoller
@DisplayName("netty 17290: an end that comes while the reader pauses loses no byte")
class Netty17290Test {

    private static final int ALL = 32 << 20;
    private static final int PAUSE_AT = 128 * 1024;
    private static final int PAUSE_MILLIS = 750;
    private static final int CHUNK = 8 * 1024;

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** Reads once at a time, with one pause. */
    private static final class Pausing extends io.fdflux.netty.Recorder {
        private final boolean untilAllIsHere;

        Pausing(boolean untilAllIsHere) {
            this.untilAllIsHere = untilAllIsHere;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            super.channelActive(context);
            context.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            assertThat(((ByteBuf) message).readableBytes()).isLessThanOrEqualTo(CHUNK);
            long before = digest.length();
            super.channelRead(context, message);
            if (before < PAUSE_AT && digest.length() >= PAUSE_AT) {
                if (!untilAllIsHere) {
                    context.executor().schedule(context::read, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                }
            } else {
                context.read();
            }
        }
    }

    /** How the peer ends: by FIN alone or by close. */
    enum End {
        SHUTDOWN(Peer::end),
        CLOSE(Peer::close);

        private final Sender.AfterAll how;

        End(Sender.AfterAll how) {
            this.how = how;
        }
    }

    @ParameterizedTest
    @EnumSource
    void allBytesArriveAtAClient(End end) throws Exception {
        Pausing client = new Pausing(false);
        try (ServerSocket listener = Loops.plainListener()) {
            loops.client(client)
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK))
                    .connect(listener.getLocalSocketAddress())
                    .sync();
            try (Peer peer = Peer.accept(listener)) {
                Sender sender = Sender.start(peer, ALL, end.how);
                assertThat(client.inactive.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(client.digest.end()).isEqualTo(sender.digest());
                assertThat(client.failures).isEmpty();
            }
        }
    }

    /** The pause lasts until the kernel holds all remaining bytes and the end. */
    @ParameterizedTest
    @EnumSource
    void theEndIsHereBeforeTheReaderGoesOn(End end) throws Exception {
        Pausing server = new Pausing(true);
        var listener = loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK))
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(listener)) {
            Sender sender = Sender.start(peer, PAUSE_AT + 100_000, end.how);
            String sent = sender.digest();
            await().until(() -> server.digest.length() == PAUSE_AT);
            loops.turn();
            assertThat(server.inactive.getCount()).isEqualTo(1);
            server.channel().read();
            assertThat(server.inactive.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.digest.end()).isEqualTo(sent);
            assertThat(server.failures).isEmpty();
        }
    }
}
