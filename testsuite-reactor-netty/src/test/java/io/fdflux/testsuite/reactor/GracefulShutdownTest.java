package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Digest;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;

/** Requests in progress when a server, or its loops, shut down. */
@OnEveryPoller
class GracefulShutdownTest {

    private static final int REQUESTS = 20;
    private static final byte[] BODY = Digest.bytes(300_000, 7);

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    private final DefaultEventExecutor groups = new DefaultEventExecutor();
    private final ChannelGroup connections = new DefaultChannelGroup(groups);
    private final Sinks.Empty<Void> release = Sinks.empty();
    private final CountDownLatch underWay = new CountDownLatch(REQUESTS);

    @AfterEach
    void stop() {
        groups.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }

    private DisposableServer serve() {
        return Http.server(loops)
                .channelGroup(connections)
                .handle((request, response) -> {
                    underWay.countDown();
                    int piece = request.uri().equals("/whole") ? BODY.length : 7_000;
                    return response.header("Content-Length", String.valueOf(BODY.length))
                            .send(release.asMono().thenMany(Http.pieces(BODY, piece)));
                })
                .bindNow();
    }

    private static List<Peer> ask(DisposableServer server, String path) throws IOException {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            peers.add(Peer.connect(server.address())
                    .send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        }
        return peers;
    }

    private static void assertWholeAnswers(List<Peer> peers) throws IOException {
        for (Peer peer : peers) {
            try (peer) {
                byte[] answer = peer.readToEnd();
                assertThat(answer).hasSizeGreaterThan(BODY.length);
                byte[] body = java.util.Arrays.copyOfRange(answer, answer.length - BODY.length, answer.length);
                assertThat(body).isEqualTo(BODY);
            }
        }
    }

    @Test
    void aServerThatIsDisposedOfAnswersWhatIsUnderWay() throws Exception {
        DisposableServer server = serve();
        List<Peer> peers = ask(server, "/pieces");
        underWay.await();
        CompletableFuture<Void> disposed = CompletableFuture.runAsync(() -> server.disposeNow(Duration.ofSeconds(30)));
        await().untilAsserted(() ->
                assertThatThrownBy(() -> Peer.connect(server.address()).close()).hasMessageContaining("refused"));
        loops.turn();
        assertThat(disposed).isNotDone();
        release.tryEmitEmpty();
        assertWholeAnswers(peers);
        disposed.get();
    }

    @Test
    void whoTakesTooLongIsNotWaitedFor() throws Exception {
        DisposableServer server = serve();
        List<Peer> peers = ask(server, "/pieces");
        underWay.await();
        assertThatThrownBy(() -> server.disposeNow(Duration.ofMillis(200)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("couldn't be stopped");
        for (Peer peer : peers) {
            peer.close();
        }
    }

    /** Loops wait for no peer. Bytes that the sockets have accepted still arrive, although the peers read late. */
    @Test
    void loopsThatAreDisposedOfLeaveWhatTheSocketsTook() throws Exception {
        DisposableServer server = Http.server(loops)
                .handle((request, response) -> {
                    underWay.countDown();
                    return response.sendString(release.asMono().thenReturn("hello"));
                })
                .bindNow();
        List<Peer> peers = ask(server, "/");
        underWay.await();
        release.tryEmitEmpty();
        for (Peer peer : peers) {
            assertThat(new String(peer.read(12), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .isEqualTo("HTTP/1.1 200");
        }
        loops.resources()
                .disposeLater(Duration.ofMillis(100), Duration.ofSeconds(20))
                .block();
        assertThat(loops.resources().isDisposed()).isTrue();
        for (Peer peer : peers) {
            try (peer) {
                assertThat(peer.text()).contains("hello");
            }
        }
        server.disposeNow();
    }

    @Test
    void loopsThatAreDisposedOfWaitForNoPeer() throws Exception {
        DisposableServer server = Http.server(loops)
                .childOption(ChannelOption.SO_SNDBUF, 4096)
                .handle((request, response) -> {
                    underWay.countDown();
                    return response.send(release.asMono().thenMany(Http.pieces(new byte[8_000_000], 100_000)));
                })
                .bindNow();
        List<Peer> peers = ask(server, "/");
        underWay.await();
        release.tryEmitEmpty();
        loops.turn();
        loops.resources()
                .disposeLater(Duration.ofMillis(100), Duration.ofSeconds(600))
                .block();
        for (Peer peer : peers) {
            peer.close(); // has read nothing
        }
        server.disposeNow();
    }
}
