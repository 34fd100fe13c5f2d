package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** One listener a loop, all on one port: the kernel shares the connections out, and each stays on its listener's loop. */
@OnEveryPoller
class ReusePortTest {

    private static final int LISTENERS = 4;
    private static final int CONNECTIONS = 128; // that one listener has none of them: 4 * 0.75^128

    @RegisterExtension
    final Loops loops = new Loops(LISTENERS);

    @BeforeAll
    static void sharing() {
        Platform.Os os = Platform.current().os();
        assumeTrue(os == Platform.Os.LINUX || os == Platform.Os.FREEBSD || os == Platform.Os.DRAGONFLY);
    }

    private static ChannelOption<Boolean> option() {
        return SocketOption.REUSEPORT_LB.isAvailable() ? FdChannelOption.SO_REUSEPORT_LB : FdChannelOption.SO_REUSEPORT;
    }

    @Test
    void listenersOfOnePortShareItsConnections() throws Exception {
        Map<EventLoop, Integer> accepted = new ConcurrentHashMap<>();
        Set<EventLoop> listening = new HashSet<>();
        CountDownLatch all = new CountDownLatch(CONNECTIONS);
        SocketAddress address = Loops.anyPort();
        for (int i = 0; i < LISTENERS; i++) {
            EventLoop loop = loops.next();
            Channel listener =
                    listener(loop, accepted, all).bind(address).sync().channel();
            listening.add(loop);
            address = listener.localAddress();
        }
        assertThat(listening).hasSize(LISTENERS);
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            peers.add(Peer.connect(address));
        }
        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(accepted.keySet()).isEqualTo(listening);
        assertThat(accepted.values().stream().mapToInt(n -> n).sum()).isEqualTo(CONNECTIONS);
        for (Peer peer : peers) {
            peer.close();
        }
    }

    private ServerBootstrap listener(EventLoop loop, Map<EventLoop, Integer> accepted, CountDownLatch all) {
        ChannelHandler counting = new ChannelInboundHandlerAdapter() {
            @Override
            public boolean isSharable() {
                return true;
            }

            @Override
            public void channelActive(ChannelHandlerContext context) {
                assertThat(context.channel().eventLoop())
                        .isSameAs(context.channel().parent().eventLoop());
                accepted.merge(context.channel().eventLoop(), 1, Integer::sum);
                all.countDown();
            }
        };
        return new ServerBootstrap()
                .group(loop)
                .channel(FdServerSocketChannel.class)
                .option(option(), true)
                .childHandler(counting);
    }

    @Test
    void withoutTheOptionThePortIsTaken() throws Exception {
        Channel first = loops.server(Recorder::new)
                .option(option(), true)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        ChannelFuture second =
                loops.server(Recorder::new).bind(first.localAddress()).await();
        assertThat(second.cause()).isInstanceOf(BindException.class);
    }

    /** As docs/settings.md tells users to do it. */
    @Test
    void reactorNettysServersShareAPort() {
        Map<Integer, Integer> served = new ConcurrentHashMap<>();
        List<FdLoopResources> resources = new ArrayList<>();
        List<DisposableServer> servers = new ArrayList<>();
        SocketAddress address = Loops.anyPort();
        for (int i = 0; i < LISTENERS; i++) {
            int number = i;
            SocketAddress bound = address;
            resources.add(FdLoopResources.builder("http-" + i).workers(1).build());
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
