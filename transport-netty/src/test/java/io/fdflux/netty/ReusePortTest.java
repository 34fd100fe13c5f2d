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
import java.net.SocketAddress;
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

/**
 * One listener per loop, all on one port: the kernel distributes the connections, and each stays on its
 * listener's loop.
 */
@OnEveryPoller
class ReusePortTest {

    private static final int LISTENERS = 4;
    private static final int CONNECTIONS = 128; // probability of an idle listener: 4 * 0.75^128

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
}
