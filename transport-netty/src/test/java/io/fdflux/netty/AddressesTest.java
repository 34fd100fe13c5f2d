package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The local and the remote address of a channel: read late, read after the close, and after a connect to a wildcard.
 */
@OnEveryPoller
class AddressesTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    @RegisterExtension
    final DomainSockets sockets = new DomainSockets();

    /** Reads the addresses after the connection has ended, as an access log does. */
    private static final class Late extends ChannelInboundHandlerAdapter {

        final CompletableFuture<Channel> channel = new CompletableFuture<>();
        final CompletableFuture<SocketAddress> local = new CompletableFuture<>();
        final CompletableFuture<SocketAddress> remote = new CompletableFuture<>();

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel.complete(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // a reset
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            local.complete(context.channel().localAddress());
            remote.complete(context.channel().remoteAddress());
        }
    }

    private final Late late = new Late();

    /** How the connection ends. */
    enum End {
        BY_CLOSE {
            @Override
            void of(Late late, Peer peer) {
                late.channel.join().close();
            }
        },
        BY_THE_PEER {
            @Override
            void of(Late late, Peer peer) throws Exception {
                peer.close();
            }
        },
        BY_A_RESET {
            @Override
            void of(Late late, Peer peer) throws Exception {
                peer.reset();
            }
        };

        abstract void of(Late late, Peer peer) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void ofAConnectionThatAWildcardListenerAccepted(End end) throws Exception {
        Channel listener =
                loops.server(() -> late).bind(new InetSocketAddress(0)).sync().channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (Peer peer = Peer.connect(to)) {
            SocketAddress own = peer.socket().getLocalSocketAddress();
            end.of(late, peer);
            assertThat(late.local.get()).isEqualTo(to);
            assertThat(late.remote.get()).isEqualTo(own);
            assertThat(late.channel.get())
                    .hasToString("[id: 0x%s, L:/127.0.0.1:%d ! R:%s]"
                            .formatted(late.channel.get().id().asShortText(), port, own));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofAConnectionThatWasMadeHere(End end) throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), late);
            try (Peer peer = Peer.accept(listener)) {
                SocketAddress expected = peer.socket().getRemoteSocketAddress();
                end.of(late, peer);
                assertThat(late.local.get()).isEqualTo(expected);
                assertThat(late.remote.get()).isEqualTo(listener.getLocalSocketAddress());
                assertThat(channel.localAddress()).isEqualTo(expected);
            }
        }
    }

    /** Another thread calls close(2). */
    @Test
    void ofAConnectionThatLingers() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), late);
            channel.config().setOption(ChannelOption.SO_LINGER, 5);
            try (Peer peer = Peer.accept(listener)) {
                SocketAddress expected = peer.socket().getRemoteSocketAddress();
                channel.close();
                assertThat(late.local.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void ofUnixDomainStreams() throws Exception {
        Late server = new Late();
        sockets.listen(loops, () -> server);
        FdDomainSocketChannel channel = sockets.connect(loops, late);
        server.channel.get();
        channel.close().sync();
        assertThat(late.local.get()).isEqualTo(new DomainSocketAddress(""));
        assertThat(late.remote.get()).isEqualTo(sockets.address());
        assertThat(server.local.get()).isEqualTo(sockets.address());
    }

    /** The socket was never bound; the kernel assigned a port at the first datagram. */
    @Test
    @SuppressWarnings("deprecation") // the only way to an active channel without an address
    void ofADatagramSocketThatHasSent() throws Exception {
        try (java.net.DatagramSocket peer = new java.net.DatagramSocket(Loops.anyPort())) {
            Channel channel = new Bootstrap()
                    .group(loops.next())
                    .channel(FdDatagramChannel.class)
                    .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true)
                    .handler(late)
                    .register()
                    .sync()
                    .channel();
            channel.writeAndFlush(new io.netty.channel.socket.DatagramPacket(
                            Digest.direct(new byte[3]), (InetSocketAddress) peer.getLocalSocketAddress()))
                    .sync();
            java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[3], 3);
            peer.receive(packet);
            channel.close().sync();
            assertThat(((InetSocketAddress) channel.localAddress()).getPort()).isEqualTo(packet.getPort());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void ofAPeerThatAWildcardStoodFor(String wildcard) throws Exception {
        try (ServerSocket listener = new ServerSocket(0)) {
            FdSocketChannel channel =
                    loops.connect(new InetSocketAddress(wildcard, listener.getLocalPort()), new Recorder());
            try (Peer peer = Peer.accept(listener)) {
                assertThat(channel.remoteAddress()).isEqualTo(peer.socket().getLocalSocketAddress());
                assertThat(channel.remoteAddress().getAddress().isLoopbackAddress())
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void ofADatagramPeerThatAWildcardStoodFor(String wildcard) throws Exception {
        try (java.net.DatagramSocket peer = new java.net.DatagramSocket(0)) {
            Channel channel = new Bootstrap()
                    .group(loops.next())
                    .channel(FdDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new InetSocketAddress(wildcard, peer.getLocalPort()))
                    .sync()
                    .channel();
            InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
            assertThat(remote.getAddress().isLoopbackAddress()).isTrue();
            assertThat(remote.getPort()).isEqualTo(peer.getLocalPort());
        }
    }
}
