package io.fdflux.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The end was reported while all bytes had been read, the next read returned EAGAIN, and the end was lost. The order of
 * the three is a race, so the test opens many connections, each with the end right after its bytes.
 */
@OnEveryPoller
@DisplayName("netty 16630: the end of a half-closed input is reported, whatever the last read returned")
class Netty16630Test {

    private static final int CONNECTIONS = 2_000;
    private static final int BYTES = 64;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final CountDownLatch ends = new CountDownLatch(CONNECTIONS);
    private final AtomicInteger bytes = new AtomicInteger();
    private final AtomicInteger tooOften = new AtomicInteger();

    /** Reads on and answers the end with its own end. */
    private final class Answering extends ChannelInboundHandlerAdapter {
        private final boolean pull;
        private boolean ended;

        Answering(boolean pull) {
            this.pull = pull;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            readOn(context);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            bytes.addAndGet(((ByteBuf) message).readableBytes());
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            readOn(context);
        }

        private void readOn(ChannelHandlerContext context) {
            if (pull) {
                context.read();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                tooOften.addAndGet(ended ? 1 : 0);
                ended = true;
                ends.countDown();
                context.close();
            }
        }
    }

    @ParameterizedTest(name = "auto-read {0}, buffers of {1}")
    @CsvSource({"true,64", "false,64", "true,65", "false,65", "false,32"})
    void everyEndIsReported(boolean autoRead, int buffer) throws Exception {
        Channel listener = loops.server(() -> new Answering(!autoRead))
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(buffer))
                .bind(Loops.anyPort())
                .sync()
                .channel();
        for (int i = 0; i < CONNECTIONS; i++) {
            try (Peer peer = Peer.connect(listener)) {
                peer.send(Digest.bytes(BYTES, i));
                for (int pause = i % 50; pause > 0; pause--) {
                    Thread.onSpinWait();
                }
                peer.end();
                assertThat(peer.readToEnd()).isEmpty(); // stalls if the end is not reported
            }
        }
        assertThat(ends.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bytes).hasValue(CONNECTIONS * BYTES);
        assertThat(tooOften).hasValue(0);
    }
}
