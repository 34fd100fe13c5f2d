package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.posix.Pipes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

/** An orderly shutdown logs no warning, whatever is still open. */
@OnEveryPoller
class OrderlyShutdownTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Recorder server = new Recorder();

    /** The caller and the place of the shutdown. */
    enum Stop {
        FROM_OUTSIDE {
            @Override
            Future<?> of(FdLoops loops) {
                return loops.close(Duration.ZERO, PATIENCE);
            }
        },
        /** The shutdown begins between a loop's poll and its last check for tasks. */
        BY_A_TASK {
            @Override
            Future<?> of(FdLoops loops) {
                loops.group()
                        .forEach(loop -> loop.execute(
                                () -> loop.shutdownGracefully(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)));
                return loops.group().terminationFuture();
            }
        },
        WITH_A_QUIET_PERIOD {
            @Override
            Future<?> of(FdLoops loops) {
                return loops.close(Duration.ofMillis(1), PATIENCE);
            }
        };

        abstract Future<?> of(FdLoops loops);
    }

    @ParameterizedTest
    @EnumSource
    void ofLoopsWithOpenChannels(Stop stop) throws Exception {
        Channel listener = loops.listen(() -> server);
        try (Warnings warnings = new Warnings();
                Peer peer = Peer.connect(listener.localAddress(), 4096);
                ServerSocket plain = Loops.plainListener()) {
            Recorder client = new Recorder();
            FdSocketChannel connected = loops.connect(plain.getLocalSocketAddress(), client);
            ChannelFuture written = server.channel().writeAndFlush(Digest.direct(new byte[8_000_000]));
            loops.turn();
            stop.of(loops.loops()).sync();
            assertThat(written.isDone()).isTrue();
            assertThat(connected.isOpen()).isFalse();
            assertThat(server.inactive.await(0, TimeUnit.SECONDS)).isTrue();
            assertThat(client.removed.await(0, TimeUnit.SECONDS)).isTrue();
            assertThat(peer.socket().isClosed()).isFalse();
            assertThat(warnings.lines()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofLoopsWithStreams(Stop stop) throws Exception {
        try (Warnings warnings = new Warnings();
                Pipes.Pair idle = Pipes.pipe();
                Pipes.Pair full = Pipes.pipe()) {
            List<Throwable> ends = new CopyOnWriteArrayList<>();
            FdLoops streams = loops.loops();
            FdFlux.read(streams, idle.first()).subscribe(ByteBuf::release, ends::add);
            FdFlux.write(streams, full.second(), Flux.generate(sink -> sink.next(Digest.direct(new byte[65536]))))
                    .subscribe(nothing -> {}, ends::add);
            loops.turn();
            stop.of(streams).sync();
            await().until(() -> ends.size() == 2);
            assertThat(ends).allSatisfy(end -> assertThat(end).hasMessageContaining("closed by its loop"));
            assertThat(warnings.lines()).isEmpty();
        }
    }
}
