package io.fdflux.reactor.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.NettyMemory;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.peers.Sender;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;

/** An upload that the application did not read filled the memory. */
@OnEveryPoller
@DisplayName("reactor-netty 1016: an upload into a subscriber that never requests is held up in the kernel")
class ReactorNetty1016Test {

    private static final long UPLOAD = 1L << 30;
    private static final long TAKEN_BY_KERNEL = 64L << 20;
    private static final long MEMORY = 8L << 20;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    private final CompletableFuture<Taking> subscriber = new CompletableFuture<>();
    private DisposableServer server;

    /** Requests nothing by itself. */
    private static final class Taking extends BaseSubscriber<ByteBuf> {
        private final Digest digest = new Digest();
        private final CompletableFuture<String> completed = new CompletableFuture<>();

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(ByteBuf chunk) {
            digest.add(chunk);
        }

        @Override
        protected void hookOnComplete() {
            completed.complete(digest.end());
        }
    }

    private Peer upload(long length) throws Exception {
        return serve(routes -> routes.post("/", (request, response) -> {
                    Taking taking = new Taking();
                    request.receive().subscribe(taking);
                    subscriber.complete(taking);
                    return response.sendString(Mono.fromFuture(taking.completed));
                }))
                .send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + length + "\r\n\r\n");
    }

    private Peer serve(java.util.function.Consumer<HttpServerRoutes> routes) {
        server = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .route(routes)
                .bindNow();
        return Peer.connect(server.address());
    }

    @AfterEach
    void stop() {
        server.disposeNow();
    }

    @Test
    void memoryIsBounded() throws Exception {
        long before = NettyMemory.held();
        try (Peer peer = upload(UPLOAD)) {
            Sender sender = Sender.start(peer, UPLOAD, p -> {});
            Taking taking = subscriber.get(60, TimeUnit.SECONDS);
            sender.awaitHeldUp();
            Deltas deltas = new Deltas(loops);
            loops.turn();
            assertThat(sender.sent()).isPositive().isLessThan(TAKEN_BY_KERNEL);
            assertThat(NettyMemory.held() - before).isLessThan(MEMORY);
            assertThat(deltas.of(Counter.READ_CALLS)).isZero();
            assertThat(deltas.of(Counter.WAIT_CALLS)).as("the loop is idle").isLessThan(100);
            taking.cancel(); // releases the buffers that Reactor Netty has read for it
        }
    }

    @Test
    void memoryIsBoundedWhereNobodySubscribes() throws Exception {
        long before = NettyMemory.held();
        try (Peer peer = serve(routes -> routes.post("/", (request, response) -> {
                    subscriber.complete(new Taking());
                    return Mono.never();
                }))
                .send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + UPLOAD + "\r\n\r\n")) {
            Sender sender = Sender.start(peer, UPLOAD, p -> {});
            subscriber.get(60, TimeUnit.SECONDS);
            sender.awaitHeldUp();
            assertThat(sender.sent()).isPositive().isLessThan(TAKEN_BY_KERNEL);
            assertThat(NettyMemory.held() - before).isLessThan(MEMORY);
        }
    }

    @Test
    void whatWasHeldUpArrivesWhenItIsRequested() throws Exception {
        long length = 64L << 20;
        try (Peer peer = upload(length)) {
            Sender sender = Sender.start(peer, length, p -> {});
            Taking taking = subscriber.get(60, TimeUnit.SECONDS);
            sender.awaitHeldUp();
            taking.request(Long.MAX_VALUE);
            assertThat(taking.completed.get(60, TimeUnit.SECONDS)).isEqualTo(sender.digest());
            assertThat(peer.text()).contains("200 OK").contains(sender.digest());
        }
    }
}
