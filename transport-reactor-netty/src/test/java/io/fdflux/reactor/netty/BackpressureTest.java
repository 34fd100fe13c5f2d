package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.NettyMemory;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.Recorder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** The slow side sets the pace, and no memory fills up: an upload read chunk by chunk, a download without a reader. */
@OnEveryPoller
class BackpressureTest {

    private static final long UPLOAD = 1L << 30;

    private static final int DOWNLOAD_PIECES = 1_000;
    private static final int PIECE = 64 * 1024;
    private static final long MOST_DIRECT_MEMORY = 16L << 20;
    private static final int SMALL = 4096;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    private final LongAccumulator most = new LongAccumulator(Math::max, Long.MIN_VALUE);

    /** Memory that the pool keeps from earlier tests. */
    private final long before = NettyMemory.held();

    private void measure() {
        most.accumulate(NettyMemory.held() - before);
    }

    private static byte[] piece(long number) {
        return Digest.bytes(PIECE, number);
    }

    /** Requests the next chunk after each one. */
    private final class ChunkByChunk extends BaseSubscriber<ByteBuf> {
        private final Digest digest = new Digest();
        private final CompletableFuture<String> result;

        ChunkByChunk(CompletableFuture<String> result) {
            this.result = result;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            request(1);
        }

        @Override
        protected void hookOnNext(ByteBuf chunk) {
            digest.add(chunk);
            measure();
            request(1);
        }

        @Override
        protected void hookOnComplete() {
            result.complete(digest.end());
        }

        @Override
        protected void hookOnError(Throwable failure) {
            result.completeExceptionally(failure);
        }
    }

    @Test
    void anUploadReadChunkByChunkStaysSmall() throws Exception {
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .handle((request, response) -> {
                    CompletableFuture<String> result = new CompletableFuture<>();
                    request.receive().subscribe(new ChunkByChunk(result));
                    return response.sendString(Mono.fromFuture(result));
                })
                .bindNow();
        Digest sent = new Digest();
        try (Peer peer = Peer.connect(server.address())) {
            peer.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + UPLOAD + "\r\n\r\n");
            for (long number = 0; number < UPLOAD / PIECE; number++) {
                byte[] piece = piece(number);
                sent.add(piece, piece.length);
                peer.send(piece);
            }
            assertThat(peer.text()).endsWith(sent.end());
        }
        assertThat(most.get()).isBetween(Long.MIN_VALUE + 1, MOST_DIRECT_MEMORY);
    }

    @Test
    void whileNobodyAsksForChunksNothingIsRead() throws Exception {
        CompletableFuture<BaseSubscriber<ByteBuf>> paused = new CompletableFuture<>();
        AtomicLong chunks = new AtomicLong();
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .handle((request, response) -> {
                    BaseSubscriber<ByteBuf> subscriber = new BaseSubscriber<>() {
                        @Override
                        protected void hookOnSubscribe(Subscription subscription) {
                            paused.complete(this);
                        }

                        @Override
                        protected void hookOnNext(ByteBuf chunk) {
                            chunks.incrementAndGet();
                        }
                    };
                    request.receive().subscribe(subscriber);
                    return Mono.never();
                })
                .bindNow();
        try (Peer peer = Peer.connect(server.address())) {
            peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
            BaseSubscriber<ByteBuf> subscriber = paused.get();
            for (int asked = 1; asked <= 20; asked++) {
                loops.turn();
                Deltas deltas = new Deltas(loops);
                for (int i = 0; i < 10; i++) {
                    peer.send(new byte[1000]);
                    loops.turn();
                }
                assertThat(deltas.of(Counter.READ_CALLS)).isZero();
                subscriber.request(1);
                int expected = asked;
                await().until(() -> chunks.get() == expected);
            }
            subscriber.cancel(); // releases decoded chunks without demand
        }
    }

    @Test
    void aClientThatStopsReadingStopsThePublisher() throws Exception {
        AtomicLong made = new AtomicLong();
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .handle((request, response) -> response.header(
                                "Content-Length", Long.toString((long) DOWNLOAD_PIECES * PIECE))
                        .send(Flux.generate(() -> 0L, (number, sink) -> {
                            if (number == DOWNLOAD_PIECES) {
                                sink.complete();
                            } else {
                                measure();
                                made.incrementAndGet();
                                sink.next(Digest.direct(piece(number)));
                            }
                            return number + 1;
                        })))
                .bindNow();
        try (Peer peer = Peer.connect(server.address(), SMALL)) {
            peer.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            await().until(() -> made.get() > 0);
            settle(made);
            assertThat(made.get())
                    .as("pieces made for a client that does not read")
                    .isLessThan(DOWNLOAD_PIECES / 2);

            skipHead(peer);
            Digest expected = new Digest();
            for (long number = 0; number < DOWNLOAD_PIECES; number++) {
                expected.add(piece(number), PIECE);
            }
            assertThat(peer.digest().end()).isEqualTo(expected.end());
        }
        assertThat(most.get()).isBetween(Long.MIN_VALUE + 1, MOST_DIRECT_MEMORY);
    }

    /** Waits until the counter stops while the loop runs. */
    private void settle(AtomicLong progress) {
        long before;
        do {
            before = progress.get();
            loops.turn();
        } while (progress.get() != before);
    }

    private static void skipHead(Peer peer) throws IOException {
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            head += (char) peer.read(1)[0];
        }
        assertThat(head).contains("200 OK");
    }

    @Test
    void writabilityFallsAndReturns() throws Exception {
        AtomicLong written = new AtomicLong();
        Recorder pushing = new Recorder() {
            @Override
            public void channelActive(ChannelHandlerContext context) throws Exception {
                super.channelActive(context);
                push(context);
            }

            @Override
            public void channelWritabilityChanged(ChannelHandlerContext context) {
                push(context);
            }

            private void push(ChannelHandlerContext context) {
                while (context.channel().isWritable() && written.get() < DOWNLOAD_PIECES) {
                    long number = written.getAndIncrement();
                    ChannelFuture future = context.writeAndFlush(Digest.direct(piece(number)));
                    if (number == DOWNLOAD_PIECES - 1) {
                        future.addListener(ChannelFutureListener.CLOSE);
                    }
                    measure();
                }
            }
        };
        try (Peer peer = Peer.connect(loops.listen(() -> pushing).localAddress(), SMALL)) {
            FdSocketChannel channel = pushing.channel();
            await().until(() -> !channel.isWritable());
            settle(written);
            assertThat(written.get()).isLessThan(DOWNLOAD_PIECES / 2);
            assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes())
                    .isLessThan(4L * PIECE);
            Digest expected = new Digest();
            for (long number = 0; number < DOWNLOAD_PIECES; number++) {
                expected.add(piece(number), PIECE);
            }
            assertThat(peer.digest().end()).isEqualTo(expected.end());
        }
        assertThat(most.get()).isBetween(Long.MIN_VALUE + 1, MOST_DIRECT_MEMORY);
    }
}
