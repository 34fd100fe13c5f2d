package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ten thousand open connections on one loop. The clients run in another process, because descriptors are limited. */
@OnEveryPoller
class ManyConnectionsTest {

    private static final int CONNECTIONS = 10_000;
    private static final int CLIENT_DESCRIPTORS = 15_000;

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** Opens, uses and closes many connections, each step on command. */
    static final class Clients {

        private Clients() {}

        public static void main(String[] arguments) throws Exception {
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0]));
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                peers.add(Peer.connect(address));
            }
            System.out.println("open");
            System.in.read();
            for (Peer peer : peers) {
                peer.send("hello");
            }
            int served = 0;
            for (Peer peer : peers) {
                served += peer.read(5).length / 5;
            }
            System.out.println("served " + served);
            System.in.read();
            for (Peer peer : peers) {
                peer.close();
            }
            System.out.println("closed");
            System.in.read();
        }
    }

    @Test
    void eachIsServedAndNothingIsLeft() throws Exception {
        ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        Channel listener = loops.listen(() -> new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                open.add(context.channel());
            }

            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                context.writeAndFlush(message);
            }
        });
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        int before = NothingLeaks.descriptors();
        try (Fork clients = new Fork(Clients.class, CLIENT_DESCRIPTORS, port, CONNECTIONS)) {
            assertThat(clients.line()).isEqualTo("open");
            await().until(() -> open.size() == CONNECTIONS);
            assertThat(NothingLeaks.descriptors()).isGreaterThanOrEqualTo(before + CONNECTIONS);
            clients.send("");
            assertThat(clients.line()).isEqualTo("served " + CONNECTIONS);
            clients.send("");
            assertThat(clients.line()).isEqualTo("closed");
            await().until(open::isEmpty);
        }
        await().until(() -> NothingLeaks.descriptors() <= before);
        assertThat(loops.count(Counter.ACCEPTED)).isEqualTo(CONNECTIONS);
        assertThat(loops.count(Counter.ACCEPT_ERRORS)).isZero();
    }
}
