package io.fdflux.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** EPOLLRDHUP closed the input, and later reads lost the bytes in the kernel. Also 3709, 4317, 5082. */
@OnEveryPoller
@DisplayName("netty 6303: bytes from before the peer's close are delivered on demand")
class Netty6303Test {

    private static final int CHUNK = 1024;

    @RegisterExtension
    final Loops loops = new Loops(1);

    static Stream<Arguments> cases() {
        return Stream.of(Pulling.From.values())
                .flatMap(from -> Stream.of(1, CHUNK - 1, CHUNK, CHUNK + 1, 16 * CHUNK, 300_000)
                        .map(bytes -> Arguments.of(from, bytes)));
    }

    @ParameterizedTest(name = "read() from {0}, {1} bytes")
    @MethodSource("cases")
    void everyByteArrives(Pulling.From from, int count) throws Exception {
        Pulling server = new Pulling(from);
        Channel listener = loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK))
                .bind(Loops.anyPort())
                .sync()
                .channel();
        byte[] sent = Digest.bytes(count, count);
        try (Peer peer = Peer.connect(listener)) {
            peer.send(sent);
        }
        while (from == Pulling.From.ELSEWHERE && server.inactive.getCount() > 0) {
            loops.turn(); // the end has been reported without demand
            server.channel().read();
        }
        assertThat(server.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.digest.end()).isEqualTo(Digest.of(sent).end());
        assertThat(server.failures).isEmpty();
    }
}
