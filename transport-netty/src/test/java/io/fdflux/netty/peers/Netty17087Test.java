package io.fdflux.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.Recorder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A read that was cancelled (auto-read off) and requested again immediately was lost, because the answer to the
 * cancelled read cleared it. Also 14989 (off during channelRead, {@code read()} in channelReadComplete) and 11506
 * (switched by other threads).
 */
@OnEveryPoller
@DisplayName("netty 17087: a read() right after a cancelled read is not lost")
class Netty17087Test {

    private static final int ROUNDS = 2_000;
    private static final int UPLOAD = 16 << 20;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private Channel listen(Recorder server) throws InterruptedException {
        return loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(1024))
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    @Test
    void takenBackAndAskedForAgainOnTheLoop() throws Exception {
        Recorder server = new Recorder();
        try (Peer peer = Peer.connect(listen(server))) {
            FdSocketChannel channel = server.channel();
            for (int round = 1; round <= ROUNDS; round++) {
                int i = round;
                channel.eventLoop()
                        .submit(() -> {
                            channel.config().setAutoRead(true);
                            channel.config().setAutoRead(false); // cancels the read
                            channel.read();
                        })
                        .sync();
                if (i % 2 == 0) {
                    loops.turn(); // the read would block, and the interest is armed
                }
                peer.send("x");
                while (server.digest.length() < i) {
                    Thread.onSpinWait();
                }
            }
            assertThat(server.reads).hasValue(ROUNDS);
        }
    }

    @Test
    void switchedOffDuringTheMessageAndReadWhenItIsComplete() throws Exception {
        Recorder server = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
                super.channelRead(context, message);
                context.channel().config().setAutoRead(false);
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext context) throws Exception {
                super.channelReadComplete(context);
                if (reads.get() % 2 == 0) {
                    context.read();
                } else {
                    context.channel().config().setAutoRead(true);
                }
            }
        };
        try (Peer peer = Peer.connect(listen(server))) {
            server.channel().read();
            Sender sender = Sender.start(peer, UPLOAD / 4, Peer::end);
            assertThat(server.inactive.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.digest.end()).isEqualTo(sender.digest());
        }
    }

    @Test
    void switchedByOtherThreadsUnderTraffic() throws Exception {
        Recorder server = new Recorder();
        try (Peer peer = Peer.connect(listen(server))) {
            FdSocketChannel channel = server.channel();
            Sender sender = Sender.start(peer, UPLOAD, Peer::end);
            Thread other = Thread.ofPlatform().start(() -> toggle(server, channel));
            toggle(server, channel);
            other.join();
            assertThat(server.digest.end()).isEqualTo(sender.digest());
            assertThat(server.failures).isEmpty();
        }
    }

    private static void toggle(Recorder server, FdSocketChannel channel) {
        while (server.inactive.getCount() > 0) {
            channel.config().setAutoRead(false);
            channel.config().setAutoRead(true);
            long before = server.digest.length();
            while (server.inactive.getCount() > 0 && server.digest.length() == before) {
                if (!channel.config().isAutoRead()) {
                    channel.config().setAutoRead(true); // the other thread was the last to switch it off
                }
                Thread.onSpinWait();
            }
        }
    }
}
