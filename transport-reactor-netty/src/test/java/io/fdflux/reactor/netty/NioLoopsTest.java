package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** Reactor Netty's request for no native transport, on these resources: the JDK's NIO. */
@OnEveryPoller
class NioLoopsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    @Test
    void whoPrefersNioHasIt() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        DisposableServer server = TcpServer.create()
                .runOn(loops.resources(), false)
                .bindAddress(Loops::anyPort)
                .doOnConnection(connection -> {
                    assertThat(connection.channel()).isInstanceOf(NioSocketChannel.class);
                    thread.complete(Thread.currentThread());
                })
                .handle((in, out) -> out.send(in.receive().retain()))
                .bindNow(PATIENCE);
        assertThat(server.channel()).isInstanceOf(NioServerSocketChannel.class);
        for (boolean preferNative : new boolean[] {false, true}) {
            Connection client = TcpClient.create()
                    .runOn(loops.resources(), preferNative)
                    .remoteAddress(server::address)
                    .connectNow(PATIENCE);
            assertThat(client.channel()).isInstanceOf(preferNative ? FdSocketChannel.class : NioSocketChannel.class);
            Mono<byte[]> answer = client.inbound().receive().asByteArray().next();
            client.outbound().sendByteArray(Mono.just(new byte[] {7})).then().block(PATIENCE);
            assertThat(answer.block(PATIENCE)).containsExactly(7);
            client.disposeNow(PATIENCE);
        }
        assertThat(thread.join().getName()).startsWith("test-nio-");
        assertThat(thread.join().isDaemon()).isTrue();
        server.disposeNow(PATIENCE);
    }

    @Test
    void thereAreAsManyLoopsAndTheyEndWithOurs() {
        EventLoopGroup servers = loops.resources().onServer(false);
        assertThat(servers).hasSize(2).isSameAs(loops.resources().onServer(false));
        assertThat(loops.resources().onClient(false)).containsExactlyElementsOf(servers);
        loops.close();
        assertThat(servers.isTerminated()).isTrue();
    }

    @Test
    void whoAsksTooLateGetsLoopsThatEnd() {
        loops.close();
        assertThat(loops.resources().onClient(false).terminationFuture().awaitUninterruptibly(PATIENCE.toMillis()))
                .isTrue();
    }

    @Test
    void whatNioLacksIsSaid() {
        LoopResources resources = loops.resources();
        EventLoopGroup group = resources.onClient(false);
        assertThat(resources.onChannelClass(SocketChannel.class, group)).isEqualTo(NioSocketChannel.class);
        assertThatThrownBy(() -> resources.onChannel(DomainSocketChannel.class, group))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NIO has no")
                .hasMessageContaining("DomainSocketChannel")
                .hasMessageContaining("runOn(loops, true)");
    }
}
