package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** Loops that go down write what was flushed and close what they run. */
@OnEveryPoller
class LoopShutdownTest {

    private static final int SMALL = 4096;

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Recorder server = new Recorder();

    @ParameterizedTest(name = "{0} bytes, closed before: {1}")
    @CsvSource({"100,false", "8000000,false", "8000000,true"})
    void whatIsFlushedIsWrittenWhenNettyStopsTheGroup(int count, boolean closedBefore) throws Exception {
        byte[] sent = Digest.bytes(count, 1);
        Channel listener = loops.listen(() -> server);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            server.channel().writeAndFlush(Digest.direct(sent));
            if (closedBefore) {
                server.channel().close();
            }
            loops.turn();
            Future<?> stopped =
                    loops.resources().loops().group().shutdownGracefully(100, 15_000, TimeUnit.MILLISECONDS);
            assertThat(peer.digest().end()).isEqualTo(Digest.of(sent).end());
            stopped.sync();
        }
        assertThat(listener.isOpen()).isFalse();
        assertThat(server.inactive.await(0, TimeUnit.SECONDS)).as("inactive").isTrue();
    }

    @ParameterizedTest(name = "{0} bytes, closed before: {1}")
    @CsvSource({"100,false", "8000000,false", "8000000,true"})
    void whatIsFlushedIsWrittenWithoutAQuietPeriod(int count, boolean closedBefore) throws Exception {
        byte[] sent = Digest.bytes(count, 1);
        Channel listener = loops.listen(() -> server);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            server.channel().writeAndFlush(Digest.direct(sent));
            if (closedBefore) {
                server.channel().close();
                loops.turn();
            }
            CompletableFuture<Void> closed = CompletableFuture.runAsync(loops::close);
            assertThat(peer.digest().end()).isEqualTo(Digest.of(sent).end());
            closed.get();
        }
        assertThat(listener.isOpen()).isFalse();
        assertThat(server.inactive.await(0, TimeUnit.SECONDS)).as("inactive").isTrue();
    }

    @Test
    void aPeerThatNeverReadsDoesNotHoldTheLoopsForLong() throws Exception {
        Channel listener = loops.server(() -> server)
                .childOption(FdChannelOption.CLOSE_DRAIN_MILLIS, 600_000)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            server.channel().writeAndFlush(Digest.direct(new byte[8_000_000]));
            loops.turn();
            loops.resources()
                    .disposeLater(Duration.ZERO, Duration.ofMillis(200))
                    .block();
            assertThat(server.channel().isOpen()).isFalse();
            assertThat(server.inactive.await(0, TimeUnit.SECONDS))
                    .as("inactive")
                    .isTrue();
            assertThat(server.removed.await(0, TimeUnit.SECONDS)).as("removed").isTrue();
            assertThat(peer.socket().isClosed()).isFalse();
        }
    }

    @Test
    void reactorNettysServersAndClientsEndWithTheLoops() {
        DisposableServer http = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .handle((request, response) -> response.sendString(Mono.just("hello")))
                .bindNow();
        HttpClient client = HttpClient.create().runOn(loops.resources()).remoteAddress(http::address);
        assertThat(client.get()
                        .uri("/")
                        .responseContent()
                        .aggregate()
                        .asString()
                        .block())
                .isEqualTo("hello");
        assertThat(loops.resources().isDisposed()).isFalse();
        loops.close();
        assertThat(loops.resources().isDisposed()).isTrue();
        assertThat(http.isDisposed()).isTrue();
        loops.close(); // a second time has no effect
    }

    /** Nobody asks it twice. */
    @Test
    void whatTheLastTasksRegisterIsClosedToo() throws Exception {
        Loops ending = new Loops(1);
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = ending.connect(listener.getLocalSocketAddress(), server);
            try (Peer peer = Peer.accept(listener)) {
                channel.deregister().sync();
                SingleThreadEventExecutor loop = (SingleThreadEventExecutor) ending.next();
                loop.addShutdownHook(() -> {
                    ((EventLoop) loop).register(channel);
                    channel.writeAndFlush(Digest.direct(new byte[16_000_000]));
                });
                ending.resources()
                        .loops()
                        .group()
                        .shutdownGracefully(0, 100, TimeUnit.MILLISECONDS)
                        .sync();
                assertThat(channel.isOpen()).isFalse();
                assertThat(server.inactive.await(0, TimeUnit.SECONDS)).isTrue();
                assertThat(peer.socket().isClosed()).isFalse();
            }
        }
    }

    @Test
    void autoReadOfAChannelWhoseLoopHasEndedCanBeSwitched() throws Exception {
        try (Peer peer = Peer.connect(loops.listen(() -> server))) {
            FdSocketChannel channel = server.channel();
            loops.close();
            channel.config().setAutoRead(false);
            assertThat(channel.config().isAutoRead()).isFalse();
            assertThat(peer.readToEnd()).isEmpty();
        }
    }
}
