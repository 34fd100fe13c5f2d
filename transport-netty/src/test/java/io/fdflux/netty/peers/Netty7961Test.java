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
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A user without further demand was never notified of the end. Netty now reads all remaining bytes without demand. This
 * transport reports the end after the last requested byte, without a further read.
 */
@OnEveryPoller
@DisplayName("netty 7961: the end is reported after the last byte, without a further read()")
class Netty7961Test {

    private static final int CHUNK = 512;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();

    @ParameterizedTest(name = "{0} messages and {1} bytes, half-closure {2}")
    @CsvSource({"0,0,false", "1,0,false", "5,0,false", "5,1,false", "0,0,true", "1,0,true", "5,0,true", "5,1,true"})
    void theEndFollowsTheLastByte(int messages, int more, boolean halfClosure) throws Exception {
        Channel listener = loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK).maxMessagesPerRead(1))
                .bind(Loops.anyPort())
                .sync()
                .channel();
        byte[] sent = Digest.bytes(messages * CHUNK + more, 1);
        int needed = messages + (more > 0 ? 1 : 0);
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            listener.close().sync();
            loops.turn();
            Deltas deltas = new Deltas(loops);
            if (sent.length > 0) {
                peer.send(sent);
            }
            peer.end();
            loops.turn();
            for (int asked = 1; asked <= needed; asked++) {
                assertThat(ended(halfClosure)).as("bytes are left").isFalse();
                assertThat(server.reads).hasValue(asked - 1);
                int wanted = asked;
                channel.read();
                await().until(() -> server.reads.get() == wanted);
                loops.turn();
            }
            await().atMost(60, TimeUnit.SECONDS).until(() -> ended(halfClosure));
            assertThat(server.digest.end()).isEqualTo(Digest.of(sent).end());
            assertThat(deltas.of(Counter.READ_CALLS))
                    .as("no read call finds the end")
                    .isEqualTo(needed);
            channel.close().sync();
        }
    }

    private boolean ended(boolean halfClosure) {
        return halfClosure
                ? server.userEvents.contains(ChannelInputShutdownEvent.INSTANCE)
                : server.inactive.getCount() == 0;
    }
}
