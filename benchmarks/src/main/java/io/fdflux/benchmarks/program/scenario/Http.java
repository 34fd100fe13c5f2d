package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import reactor.netty.http.server.HttpServer;

/** Where the servers of the scenarios listen. */
final class Http {

    /** The answer of the scenarios that are about connections and requests, not about bodies. */
    static final String HELLO = "hello";

    private Http() {}

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static HttpServer server(TransportLoops loops, int port) {
        return HttpServer.create().runOn(loops.resources()).bindAddress(() -> loopback(port));
    }
}
