package io.fdflux.testsuite.reactor;

import io.fdflux.netty.Loops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/** What the tests' servers and clients have in common. */
final class Http {

    private Http() {}

    static HttpServer server(Loops loops) {
        return HttpServer.create().host("127.0.0.1").port(0).runOn(loops.resources());
    }

    static HttpClient client(Loops loops, ConnectionProvider pool, DisposableServer server) {
        return HttpClient.create(pool).runOn(loops.resources()).remoteAddress(server::address);
    }

    /** The bytes in pieces. Subscribers may come more than once. */
    static Flux<ByteBuf> pieces(byte[] bytes, int size) {
        return Flux.range(0, (bytes.length + size - 1) / size)
                .map(i -> Unpooled.wrappedBuffer(bytes, i * size, Math.min(size, bytes.length - i * size)));
    }
}
