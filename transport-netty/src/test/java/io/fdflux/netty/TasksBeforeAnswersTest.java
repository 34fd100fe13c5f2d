package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.channel.Inside;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Invariant 6 on a real kernel: a task that was queued before a poll runs before a read that the poll reports.
 * Otherwise Reactor Netty's client might read a fast server's answer before it has written the body.
 */
@OnEveryPoller
class TasksBeforeAnswersTest {

    private static final int ANSWERS = 500;

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** Writes a request, queues a task after the write, and blocks the loop until the answer has arrived. */
    private static final class Asking extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<Integer> early = new CompletableFuture<>();
        /** The last answer whose task has run. */
        private int ran = -1;

        private int answers;
        private int tooEarly;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.channel()
                    .config()
                    .setOption(FdChannelOption.WRITE_STAGING, false); // the listener waits for the answer
            context.executor().execute(() -> ask(context)); // a flush in channelActive is written immediately
        }

        private void ask(ChannelHandlerContext context) {
            int question = answers;
            FdSocketChannel channel = (FdSocketChannel) context.channel();
            context.writeAndFlush(Digest.direct(new byte[] {1})).addListener(written -> {
                context.executor().execute(() -> ran = question);
                while (Io.available(Inside.number(channel)) == 0 && channel.isActive()) {
                    Thread.onSpinWait();
                }
            });
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf answer) {
            if (ran < answers) {
                tooEarly++;
            }
            if (++answers < ANSWERS) {
                ask(context);
            } else {
                early.complete(tooEarly);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            early.completeExceptionally(cause);
        }
    }

    @Test
    void ofManyAnswersNoneIsReadBeforeATaskThatWasQueuedEarlier() throws Exception {
        Asking asking = new Asking();
        try (ServerSocket listener = Loops.plainListener()) {
            Channel client = loops.connect(listener.getLocalSocketAddress(), asking);
            try (Peer peer = Peer.accept(listener)) {
                Thread server = Thread.ofPlatform().start(() -> {
                    try {
                        for (int i = 0; i < ANSWERS; i++) {
                            peer.send(peer.read(1));
                        }
                    } catch (IOException e) {
                        asking.early.completeExceptionally(e);
                    }
                });
                assertThat(asking.early.get(60, TimeUnit.SECONDS)).isZero();
                server.join();
                client.close().sync();
            }
        }
    }
}
