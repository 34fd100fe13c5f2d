package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invariant 6: a writer that goes on while its writes succeed leaves the loop to others, also if its peer keeps up. */
@OnEveryPoller
class EndlessWriterTest {

    private static final byte[] MESSAGE = new byte[1000];
    /** Fits into the socket's buffers, so that the socket is never full. */
    private static final int MOST_UNDER_WAY = 80_000;

    private static final long FAR_TOO_MUCH = 2L << 30;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @Test
    @DisplayName("of endless writes into a socket that always takes them, one waits for the end of the turn")
    void aWriteWaits() throws Exception {
        Recorder server = new Recorder();
        try (Peer peer = Peer.connect(loops.listen(() -> server))) {
            FdSocketChannel channel = server.channel();
            loops.turn();
            AtomicLong received = new AtomicLong();
            Thread reader = Thread.ofPlatform().start(() -> drain(peer, received));
            Deltas deltas = new Deltas(loops);
            AtomicLong sent = new AtomicLong();
            ChannelFuture last = channel.eventLoop()
                    .submit(() -> {
                        ChannelFuture write;
                        do {
                            while (sent.get() - received.get() > MOST_UNDER_WAY) {
                                Thread.onSpinWait();
                            }
                            write = channel.writeAndFlush(Digest.direct(MESSAGE));
                            sent.addAndGet(MESSAGE.length);
                        } while (write.isSuccess() && sent.get() < FAR_TOO_MUCH);
                        return write;
                    })
                    .get(60, TimeUnit.SECONDS);
            assertThat(sent.get()).isLessThan(FAR_TOO_MUCH);
            assertThat(last.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(last.isSuccess()).isTrue();
            await().untilAsserted(() -> assertThat(received.get()).isEqualTo(sent.get()));
            loops.turn();
            assertThat(deltas.of(Counter.WRITE_EAGAINS)).isZero();
            channel.close().sync();
            reader.join();
        }
    }

    private static void drain(Peer peer, AtomicLong received) {
        byte[] bytes = new byte[1 << 16];
        try {
            for (int n = peer.socket().getInputStream().read(bytes);
                    n >= 0;
                    n = peer.socket().getInputStream().read(bytes)) {
                received.addAndGet(n);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
