package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** Servers of Reactor Netty, one per loop, all on one port. */
@OnEveryPoller
class ReusePortTest {

    private static final int LISTENERS = 4;
    private static final int CONNECTIONS = 128; // probability of an idle listener: 4 * 0.75^128

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(4);

    @BeforeAll
    static void sharing() {
        Platform.Os os = Platform.current().os();
        assumeTrue(os == Platform.Os.LINUX || os == Platform.Os.FREEBSD || os == Platform.Os.DRAGONFLY);
    }

    private static ChannelOption<Boolean> option() {
        return SocketOption.REUSEPORT_LB.isAvailable() ? FdChannelOption.SO_REUSEPORT_LB : FdChannelOption.SO_REUSEPORT;
    }

    /** The code of docs/settings.md. */
    @Test
    void reactorNettysServersShareAPort() {
        Map<Integer, Integer> served = new ConcurrentHashMap<>();
        List<FdLoopResources> resources = new ArrayList<>();
        List<DisposableServer> servers = new ArrayList<>();
        SocketAddress address = Loops.anyPort();
        for (int i = 0; i < LISTENERS; i++) {
            int number = i;
            SocketAddress bound = address;
            resources.add(FdLoopResources.builder("http-" + i).loops(1).build());
            servers.add(HttpServer.create()
                    .runOn(resources.get(i))
                    .bindAddress(() -> bound)
                    .option(option(), true)
                    .handle((request, response) -> {
                        served.merge(number, 1, Integer::sum);
                        return response.sendString(Mono.just("served"));
                    })
                    .bindNow());
            address = servers.get(i).address();
        }
        HttpClient client =
                HttpClient.newConnection().runOn(loops.resources()).baseUrl("http://localhost:" + port(address));
        for (int i = 0; i < CONNECTIONS; i++) {
            assertThat(client.get()
                            .uri("/")
                            .responseContent()
                            .aggregate()
                            .asString()
                            .block(Duration.ofSeconds(30)))
                    .isEqualTo("served");
        }
        assertThat(served.keySet()).containsExactlyInAnyOrder(0, 1, 2, 3);
        servers.forEach(DisposableServer::disposeNow);
        resources.forEach(
                r -> r.disposeLater(Duration.ZERO, Duration.ofSeconds(15)).block());
    }

    private static int port(SocketAddress address) {
        return ((InetSocketAddress) address).getPort();
    }
}
