package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.FdLoops;
import io.fdflux.netty.inet.FamilyChoice;
import io.fdflux.netty.inet.InternetFamily;
import io.fdflux.poller.PollerUnavailableException;
import io.fdflux.poller.Pollers;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A bind that fails, or an impossible family, ends in an exception that names the address or family. */
@OnEveryPoller
class BindTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    @Test
    void aPortInUseIsNamed() throws Exception {
        Channel first = loops.listen(Recorder::new);
        ChannelFuture second =
                loops.server(Recorder::new).bind(first.localAddress()).await();
        assertThat(second.cause())
                .isInstanceOf(BindException.class)
                .hasMessageContaining(first.localAddress().toString())
                .hasMessageContaining("EADDRINUSE")
                .hasMessageContaining("choose another port");
        second.channel().closeFuture().sync();
        assertThat(first.isActive()).isTrue();
    }

    @Test
    void anAddressOfAnotherMachineIsNamed() throws Exception {
        ChannelFuture bound = loops.server(Recorder::new)
                .bind(new InetSocketAddress("192.0.2.1", 0))
                .await();
        assertThat(bound.cause())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("192.0.2.1")
                .hasMessageContaining("choose an address of this machine");
        bound.channel().closeFuture().sync();
    }

    @Test
    void bindingTwiceFailsAndLeavesTheFirst() throws Exception {
        Channel listener = loops.listen(Recorder::new);
        assertThat(listener.bind(Loops.anyPort()).await().cause()).isNotNull();
        try (Peer peer = Peer.connect(listener)) {
            assertThat(peer.socket().isConnected()).isTrue();
        }
    }

    @Test
    void aPortIsFreeAgainAfterClose() throws Exception {
        Channel listener = loops.listen(Recorder::new);
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        for (int i = 0; i < 10; i++) {
            try (Peer peer = Peer.connect(listener)) {
                assertThat(peer.socket().isConnected()).isTrue();
            }
            listener.close().sync();
            listener = loops.server(Recorder::new).bind(address).sync().channel();
        }
    }

    @Test
    void anyAddressServesBothFamilies() throws Exception {
        Channel listener = loops.server(Recorder::new).bind(0).sync().channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        try (Peer four = Peer.connect(new InetSocketAddress("127.0.0.1", port))) {
            assertThat(four.socket().isConnected()).isTrue();
        }
        if (InternetFamily.preferred().isIpv6() && FamilyChoice.current().isDualStack()) {
            try (Peer six = Peer.connect(new InetSocketAddress("::1", port))) {
                assertThat(six.socket().isConnected()).isTrue();
            }
        }
    }

    @Test
    void aFamilyCanBeChosen() throws Exception {
        ServerBootstrap four = new ServerBootstrap()
                .group(loops.group())
                .channelFactory(() -> new FdServerSocketChannel(SocketProtocolFamily.INET))
                .childHandler(new Recorder());
        Channel listener = four.bind(0).sync().channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        assertThat(((InetSocketAddress) listener.localAddress()).getAddress()).isInstanceOf(Inet4Address.class);
        Bootstrap client = new Bootstrap()
                .group(loops.group())
                .channelFactory(() -> new FdSocketChannel(SocketProtocolFamily.INET))
                .handler(new Recorder());
        Channel connected = client.connect("127.0.0.1", port).sync().channel();
        assertThat(connected.isActive()).isTrue();
        connected.close().sync();

        ChannelFuture refused = client.connect("::1", port).await();
        assertThat(refused.cause())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("IPV4 only")
                .hasMessageContaining("SocketProtocolFamily.INET6");
        refused.channel().close().sync();
        ChannelFuture notBound = four.bind("::1", 0).await();
        assertThat(notBound.cause()).hasMessageContaining("SocketProtocolFamily.INET6");
        notBound.channel().closeFuture().sync();

        assertThatThrownBy(() -> new FdSocketChannel(SocketProtocolFamily.UNIX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INET or INET6");
    }

    @Test
    void anUnknownPollerListsThoseThatAreThere() {
        FdLoops.Builder builder = FdLoops.builder().poller("nope");
        assertThatThrownBy(builder::build)
                .isInstanceOf(PollerUnavailableException.class)
                .hasMessageContaining("'nope'")
                .hasMessageContaining("available: ")
                .hasMessageContaining(Pollers.select("").name());
    }

    @Test
    void aPollerThatCannotRunHereSaysWhy() {
        Optional<Map.Entry<String, Optional<Throwable>>> absent = Pollers.availability().entrySet().stream()
                .filter(e -> e.getValue().isPresent())
                .findFirst();
        absent.ifPresent(poller -> {
            FdLoops.Builder builder = FdLoops.builder().poller(poller.getKey());
            assertThatThrownBy(builder::build)
                    .isInstanceOf(PollerUnavailableException.class)
                    .hasMessageContaining("'" + poller.getKey() + "' cannot run here")
                    .hasMessageContaining(poller.getValue().orElseThrow().getMessage());
        });
    }
}
