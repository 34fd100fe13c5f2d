package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.channel.Inside;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Successful and failed connects. A failure is a typed exception that names the address, and leaves nothing behind. */
@OnEveryPoller
class ConnectTest {

    private static final int FOR_EVER_MILLIS = 600_000;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder client = new Recorder();

    private static InetSocketAddress nobodyListens() throws Exception {
        try (ServerSocket socket = Loops.plainListener()) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }

    @Test
    void aConnectionKnowsItsAddresses() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), client);
            try (Peer peer = Peer.accept(listener)) {
                assertThat(channel.isActive()).isTrue();
                assertThat(channel.remoteAddress()).isEqualTo(listener.getLocalSocketAddress());
                assertThat(channel.localAddress()).isEqualTo(peer.socket().getRemoteSocketAddress());
                assertThat(client.channel()).isSameAs(channel);
                channel.close().sync();
            }
        }
    }

    /** After Netty's EpollIoHandlerTest: epoll would report a hang-up for a socket that is not connected. */
    @Test
    void untilItConnectsASocketBringsNoEvent() throws Exception {
        Channel channel = loops.client(client).register().sync().channel();
        loops.turn();
        assertThat(loops.count(Counter.ARMS)).isZero();
        assertThat(loops.count(Counter.EVENTS)).isZero();
        assertThat(channel.isOpen()).isTrue();
        channel.close().sync();
    }

    @Test
    void aLocalAddressCanBeChosen() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            InetSocketAddress local;
            ChannelFuture connected;
            do { // until no other process has taken the port meanwhile
                local = nobodyListens();
                connected = loops.client(client)
                        .connect(listener.getLocalSocketAddress(), local)
                        .await();
            } while (connected.cause() != null && connected.cause().getMessage().contains("EADDRINUSE"));
            connected.sync();
            try (Peer peer = Peer.accept(listener)) {
                assertThat(peer.socket().getRemoteSocketAddress()).isEqualTo(local);
            }
            assertThat(connected.channel().localAddress()).isEqualTo(local);
        }
    }

    @Test
    void aRefusedConnectNamesTheAddress() throws Exception {
        InetSocketAddress address = nobodyListens();
        ChannelFuture connected = loops.client(client).connect(address).await();
        assertThat(connected.cause())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("ECONNREFUSED")
                .hasMessageContaining("nothing listens there")
                .hasMessageContaining(address.toString());
        connected.channel().closeFuture().sync();
        assertThat(client.active).isNotDone();
    }

    @Test
    void aConnectWithoutAnAnswerTimesOut() throws Exception {
        try (FullListener full = new FullListener()) {
            ChannelFuture connected = loops.client(client)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 100)
                    .connect(full.address())
                    .await();
            assertThat(connected.cause())
                    .isInstanceOf(ConnectTimeoutException.class)
                    .hasMessageContaining("100 ms")
                    .hasMessageContaining(full.address().toString());
            connected.channel().closeFuture().sync();
        }
    }

    @Test
    void aSpuriousEventIsNoConnection() throws Exception {
        try (FullListener full = new FullListener()) {
            ChannelFuture connected = loops.client(client)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, FOR_EVER_MILLIS)
                    .connect(full.address());
            FdSocketChannel channel = (FdSocketChannel) connected.channel();
            for (int i = 0; i < 3; i++) {
                loops.turn();
                // Sets its write direction ready, as an event of the poller would; SO_ERROR stays 0.
                channel.eventLoop()
                        .submit(() -> Inside.registration(channel).retryWrite())
                        .sync();
            }
            loops.turn();
            assertThat(connected.isDone()).isFalse();
            assertThat(client.active).isNotDone();
            List<Peer> accepted = new ArrayList<>();
            full.acceptUntil(accepted, connected::isDone);
            assertThat(connected.isSuccess()).isTrue();
            channel.close().sync();
            for (Peer peer : accepted) {
                peer.close();
            }
        }
    }

    @Test
    void aConnectCanBeCancelled() throws Exception {
        try (FullListener full = new FullListener()) {
            Channel channel = loops.client(client)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, FOR_EVER_MILLIS)
                    .register()
                    .sync()
                    .channel();
            ChannelFuture connected =
                    channel.connect(full.address()); // not by a bootstrap, which would close the channel
            loops.turn();
            assertThat(connected.cancel(true)).isTrue();
            connected.channel().closeFuture().sync();
        }
    }

    @Test
    void closingEndsAConnect() throws Exception {
        try (FullListener full = new FullListener()) {
            ChannelFuture connected = loops.client(client)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, FOR_EVER_MILLIS)
                    .connect(full.address());
            loops.turn();
            ChannelFuture second = connected.channel().connect(full.address()).await();
            assertThat(second.cause()).isInstanceOf(ConnectionPendingException.class);
            connected.channel().close().sync();
            assertThat(connected.await().cause()).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void stoppingTheLoopEndsAConnect() throws Exception {
        try (FullListener full = new FullListener()) {
            ChannelFuture connected = loops.client(client)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, FOR_EVER_MILLIS)
                    .connect(full.address());
            loops.turn();
            loops.close();
            assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(connected.isSuccess()).isFalse();
        }
    }

    @Test
    void anUnresolvedAddressIsNamed() throws Exception {
        ChannelFuture connected = loops.client(client)
                .resolver(io.netty.resolver.NoopAddressResolverGroup.INSTANCE)
                .connect(InetSocketAddress.createUnresolved("no.such.host.invalid", 1))
                .await();
        assertThat(connected.cause())
                .isInstanceOf(UnresolvedAddressException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    /** Linux allows another attempt after one more failure (ECONNABORTED); the BSDs do not. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aChannelThatWasRefusedMayTryAgain() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            Channel channel = loops.client(client)
                    .option(ChannelOption.AUTO_READ, false)
                    .register()
                    .sync()
                    .channel();
            assertThat(channel.connect(nobodyListens()).await().isSuccess()).isFalse();
            ChannelFuture connected =
                    channel.connect(listener.getLocalSocketAddress()).await();
            for (int i = 0; i < 3 && !connected.isSuccess(); i++) {
                connected = channel.connect(listener.getLocalSocketAddress()).await();
            }
            assertThat(connected.cause()).isNull();
            try (Peer peer = Peer.accept(listener)) {
                loops.turn();
                assertThat(channel.isActive()).isTrue();
                peer.send("hello");
                channel.read();
                await().until(() -> client.digest.length() == 5);
            }
        }
    }
}
