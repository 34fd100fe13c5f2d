package io.fdflux.testsuite.reactor;

import io.fdflux.netty.Digest;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/** Helpers for servers and clients of the tests. */
final class Http {

    private Http() {}

    static HttpServer server(ReactorLoops loops) {
        return HttpServer.create().host("127.0.0.1").port(0).runOn(loops.resources());
    }

    static HttpClient client(ReactorLoops loops, ConnectionProvider pool, DisposableServer server) {
        return HttpClient.create(pool).runOn(loops.resources()).remoteAddress(server::address);
    }

    /**
     * Uploads bytes to {@code /digest} and downloads them from {@code /large}, alternately and all at once. Returns
     * the digests.
     */
    static List<String> bothWaysAtOnce(HttpClient client, byte[] bytes, int times) {
        Mono<String> download = client.get()
                .uri("/large")
                .responseContent()
                .reduceWith(Digest::new, Digest::add)
                .map(Digest::end);
        Mono<String> upload = client.post()
                .uri("/digest")
                .send(pieces(bytes, 10_000))
                .responseContent()
                .aggregate()
                .asString();
        return Flux.range(0, times)
                .flatMap(i -> i % 2 == 0 ? download : upload)
                .collectList()
                .block();
    }

    /** {@return the bytes in pieces, for any number of subscribers} */
    static Flux<ByteBuf> pieces(byte[] bytes, int size) {
        return Flux.range(0, (bytes.length + size - 1) / size)
                .map(i -> Unpooled.wrappedBuffer(bytes, i * size, Math.min(size, bytes.length - i * size)));
    }
}
