package io.fdflux.benchmarks.program.scenario;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.fdflux.posix.Descriptor;
import java.io.IOException;
import reactor.netty.tcp.TcpServer;

/**
 * An echo of bytes. On fdflux it is {@link FdFlux} on an accepted descriptor, without a channel and a pipeline. On
 * Netty's transports it is Reactor Netty's {@link TcpServer}.
 */
final class EchoScenario implements Scenario {

    @Override
    public Served serve(TransportLoops loops, int port) throws IOException {
        FdLoops fdLoops = loops.fdLoops().orElse(null);
        return fdLoops == null ? tcpServer(loops, port) : descriptors(fdLoops, port);
    }

    private static Served tcpServer(TransportLoops loops, int port) {
        return Served.of(TcpServer.create()
                .runOn(loops.resources())
                .bindAddress(() -> Http.loopback(port))
                .handle((in, out) -> out.send(in.receive().retain()))
                .bindNow());
    }

    private static Served descriptors(FdLoops loops, int port) throws IOException {
        Acceptor acceptor = Acceptor.start(Http.loopback(port), connection -> echo(loops, connection));
        return new Served(acceptor.port(), () -> Served.NOT_COUNTED, acceptor::close);
    }

    private static void echo(FdLoops loops, Descriptor connection) {
        FdFlux.write(loops, connection, FdFlux.read(loops, connection))
                .doFinally(end -> connection.closeUnchecked())
                .subscribe(nothing -> {}, peerWentAway -> {});
    }
}
