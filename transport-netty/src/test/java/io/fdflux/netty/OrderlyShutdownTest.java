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
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.TcpClient;

/** Whoever stops things in order finds no warning in the log, whatever is still open. */
@OnEveryPoller
class OrderlyShutdownTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Recorder server = new Recorder();

    /** Who stops the loops, and where. */
    enum Stop {
        FROM_OUTSIDE {
            @Override
            Future<?> of(FdLoops loops) {
                return loops.close(Duration.ZERO, PATIENCE);
            }
        },
        /** The shutdown begins between a loop's poll and its last look at its tasks. */
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
            stop.of(loops.resources().loops()).sync();
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
            FdLoops streams = loops.resources().loops();
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

    @RepeatedTest(3)
    void ofServersAndClients() throws Exception {
        try (Warnings warnings = new Warnings()) {
            ConnectionProvider pool = ConnectionProvider.create("orderly", 2);
            DisposableServer http = HttpServer.create()
                    .host("127.0.0.1")
                    .runOn(loops.resources())
                    .handle((request, response) -> response.sendString(Mono.just("hello")))
                    .bindNow(PATIENCE);
            String answer = HttpClient.create(pool)
                    .runOn(loops.resources())
                    .remoteAddress(http::address)
                    .get()
                    .uri("/")
                    .responseContent()
                    .aggregate()
                    .asString()
                    .block(PATIENCE);
            assertThat(answer).isEqualTo("hello");
            Connection idle = TcpClient.create()
                    .runOn(loops.resources())
                    .remoteAddress(http::address)
                    .connectNow(PATIENCE);
            http.disposeNow(PATIENCE);
            pool.disposeLater().block(PATIENCE);
            loops.close();
            assertThat(idle.isDisposed()).isTrue();
            assertThat(warnings.lines()).isEmpty();
        }
    }

    /** The loops go first, under a server and clients that are still open. */
    @Test
    void ofTheLoopsAlone() throws Exception {
        try (Warnings warnings = new Warnings()) {
            DisposableServer http = HttpServer.create()
                    .host("127.0.0.1")
                    .runOn(loops.resources())
                    .handle((request, response) -> response.sendString(Mono.just("hello")))
                    .bindNow(PATIENCE);
            Connection idle = TcpClient.create()
                    .runOn(loops.resources())
                    .remoteAddress(http::address)
                    .connectNow(PATIENCE);
            loops.close();
            assertThat(http.isDisposed()).isTrue();
            assertThat(idle.isDisposed()).isTrue();
            assertThat(warnings.lines()).isEmpty();
        }
    }
}
