package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.netty.channel.socket.DatagramPacket;
import java.time.Duration;
import reactor.netty.udp.UdpServer;

/** An echo of datagrams, by Reactor Netty's {@link UdpServer}. */
final class UdpEchoScenario implements Scenario {

    private static final Duration BIND_TIMEOUT = Duration.ofSeconds(10);

    @Override
    public Served serve(TransportLoops loops, int port) {
        return Served.of(UdpServer.create()
                .runOn(loops.resources())
                .bindAddress(() -> Http.loopback(port))
                .handle((in, out) -> out.sendObject(
                        in.receiveObject().cast(DatagramPacket.class).map(UdpEchoScenario::answer)))
                .bindNow(BIND_TIMEOUT));
    }

    private static DatagramPacket answer(DatagramPacket datagram) {
        return new DatagramPacket(datagram.content().retain(), datagram.sender());
    }
}
