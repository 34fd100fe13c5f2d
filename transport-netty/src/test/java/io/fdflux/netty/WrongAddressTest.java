package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.inet.FamilyChoice;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Invalid addresses: each fails its own future with its name, leaves nothing behind, and the loop continues. */
@OnEveryPoller
class WrongAddressTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    private static final SocketAddress UNKNOWN_KIND = new SocketAddress() {
        private static final long serialVersionUID = 1L;

        @Override
        public String toString() {
            return "a pigeon";
        }
    };

    static Stream<SocketAddress> notOfTheInternet() {
        return Stream.of(UNKNOWN_KIND, new LocalAddress("local"), new DomainSocketAddress("/tmp/x"));
    }

    /** Checks that the loop still serves. */
    @AfterEach
    void theLoopGoesOn() throws Exception {
        Channel listener = loops.listen(Recorder::new);
        try (Peer peer = Peer.connect(listener)) {
            assertThat(peer.socket().isConnected()).isTrue();
        }
        listener.close().sync();
    }

    private static Throwable causeOf(ChannelFuture future) throws InterruptedException {
        assertThat(future.await(60_000)).isTrue();
        future.channel().close().sync();
        return future.cause();
    }

    @ParameterizedTest
    @MethodSource("notOfTheInternet")
    void anAddressOfAnotherKindIsNamed(SocketAddress address) throws Exception {
        assertThat(causeOf(loops.server(Recorder::new).bind(address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(address.toString())
                .hasMessageContaining("InetSocketAddress");
        assertThat(causeOf(loops.client(new Recorder()).connect(address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(address.toString())
                .hasMessageContaining("InetSocketAddress");
        assertThat(causeOf(loops.client(new Recorder()).connect(Loops.anyPort(), address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(address.toString());
    }

    @Test
    void anUnresolvedAddressCannotBeBound() throws Exception {
        assertThat(causeOf(loops.server(Recorder::new)
                        .bind(InetSocketAddress.createUnresolved("no.such.host.invalid", 0))))
                .isInstanceOf(UnresolvedAddressException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void anUnresolvedLocalAddressFailsTheConnect() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            assertThat(causeOf(loops.client(new Recorder())
                            .resolver(NoopAddressResolverGroup.INSTANCE)
                            .connect(
                                    listener.getLocalSocketAddress(),
                                    InetSocketAddress.createUnresolved("no.such.host.invalid", 0))))
                    .isInstanceOf(UnresolvedAddressException.class)
                    .hasMessageContaining("no.such.host.invalid");
        }
    }

    /** No socket can listen on port 0: Linux refuses the connect, the BSDs the address. */
    @Test
    void portZeroCannotBeConnectedTo() throws Exception {
        assertThat(causeOf(loops.client(new Recorder())
                        .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))))
                .isInstanceOfAny(ConnectException.class, java.net.BindException.class)
                .hasMessageContaining("127.0.0.1:0");
    }

    /** ip(7), ip6(7): the wildcard address means this machine. */
    @Test
    void theWildcardIsThisMachine() throws Exception {
        Channel listener = loops.server(Recorder::new)
                .bind(new InetSocketAddress(0))
                .sync()
                .channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        List<String> wildcards = FamilyChoice.current().isDualStack() ? List.of("0.0.0.0", "::") : List.of("0.0.0.0");
        for (String wildcard : wildcards) {
            Channel channel = loops.connect(new InetSocketAddress(wildcard, port), new Recorder());
            assertThat(channel.isActive()).isTrue();
            channel.close().sync();
        }
        listener.close().sync();
    }

    /** From Netty's LinuxSocketTest of its native sockets. */
    @Test
    void anIpv4SocketRefusesIpv6Addresses() throws Exception {
        InetSocketAddress ipv6 = new InetSocketAddress("::1", 0);
        assertThat(causeOf(new ServerBootstrap()
                        .group(loops.group())
                        .channelFactory(() -> new FdServerSocketChannel(SocketProtocolFamily.INET))
                        .childHandler(new Recorder())
                        .bind(ipv6)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INET6");
        assertThat(causeOf(new Bootstrap()
                        .group(loops.group())
                        .handler(new Recorder())
                        .channelFactory(() -> new FdSocketChannel(SocketProtocolFamily.INET))
                        .connect(new InetSocketAddress("::1", 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INET6");
    }
}
