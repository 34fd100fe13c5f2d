package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.datagram.Mailbox;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.posix.socket.UnixSockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Channels over adopted sockets. */
@OnEveryPoller
class AdoptedSocketsTest {

    private static final int BYTES = 3 << 20;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @RegisterExtension
    final DomainSockets domain = new DomainSockets();

    private Channel register(Channel channel, ChannelHandler handler) throws Exception {
        return new Bootstrap()
                .group(loops.group())
                .channelFactory(() -> channel)
                .handler(handler)
                .register()
                .sync()
                .channel();
    }

    private void register(ServerChannel channel, ChannelHandler child) throws Exception {
        new ServerBootstrap()
                .group(loops.group())
                .channelFactory(() -> channel)
                .childHandler(child)
                .register()
                .sync();
    }

    private static Descriptor bound(boolean ipv6) throws IOException {
        Descriptor socket = Sockets.tcp(ipv6);
        Sockets.bind(socket.number(), Loops.anyPort(), ipv6);
        return socket;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionGoesOn(boolean dual) throws Exception {
        boolean ipv6 = dual && Sockets.dualStackAvailable();
        try (ServerSocket listener = new ServerSocket()) {
            listener.bind(Loops.anyPort());
            Descriptor socket = Sockets.tcp(ipv6);
            Sockets.connect(socket.number(), (InetSocketAddress) listener.getLocalSocketAddress(), ipv6);
            try (Socket peer = listener.accept()) {
                await().until(() -> Sockets.remoteAddress(socket.number()) != null);
                socket.nonBlocking(false); // the state of a foreign socket
                assertThat(SocketOptionCalls.setLinger(socket.number(), 7)).isZero();
                FdSocketChannel channel = new FdSocketChannel(socket);
                assertThat(socket.nonBlocking(true)).as("has been set").isTrue();
                assertThat(channel.config().getSoLinger()).isEqualTo(7);
                Recorder recorder = new Recorder();
                register(channel, recorder);
                assertThat(channel.remoteAddress()).isEqualTo(listener.getLocalSocketAddress());
                assertThat(channel.localAddress()).isEqualTo(peer.getRemoteSocketAddress());
                peer.getOutputStream().write(new byte[10]);
                await().until(() -> recorder.digest.length() == 10);
                channel.writeAndFlush(Digest.direct(Digest.bytes(BYTES, 1)));
                channel.close();
                assertThat(peer.getInputStream().readAllBytes()).isEqualTo(Digest.bytes(BYTES, 1));
            }
            assertThat(socket.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aListenerGoesOnAndThoseWhoWaitAreAccepted(boolean listening) throws Exception {
        Descriptor socket = bound(Sockets.dualStackAvailable());
        InetSocketAddress address = Sockets.localAddress(socket.number());
        Peer early = null;
        if (listening) {
            Sockets.listen(socket.number(), 10);
            early = Peer.connect(address, BYTES);
        }
        Recorder child = new Recorder();
        FdServerSocketChannel channel = new FdServerSocketChannel(socket);
        register(channel, child);
        assertThat(channel.isActive()).isTrue();
        assertThat(channel.localAddress()).isEqualTo(address);
        try (Peer peer = early != null ? early : Peer.connect(channel)) {
            peer.send("hello");
            await().until(() -> child.digest.length() == 5);
            child.channel().close();
            assertThat(peer.readToEnd()).isEmpty();
        }
        channel.close().sync();
        assertThat(socket.isOpen()).isFalse();
    }

    @Test
    void aUnixDomainListenerGoesOnAndItsFileStays() throws Exception {
        Descriptor socket = UnixSockets.stream();
        UnixSockets.bind(socket.number(), domain.path().toString());
        DomainRecorder child = new DomainRecorder();
        FdServerDomainSocketChannel channel = new FdServerDomainSocketChannel(socket);
        register(channel, child);
        assertThat(channel.localAddress()).isEqualTo(domain.address());
        try (SocketChannel peer = domain.plainClient()) {
            DomainSockets.send(peer, new byte[7]);
            await().until(() -> child.digest.length() == 7);
        }
        channel.close().sync();
        assertThat(Files.exists(domain.path())).isTrue();
    }

    @Test
    void aDatagramSocketGoesOn() throws Exception {
        Descriptor socket = Sockets.udp(Sockets.dualStackAvailable());
        Sockets.bind(socket.number(), Loops.anyPort(), Sockets.dualStackAvailable());
        InetSocketAddress address = Sockets.localAddress(socket.number());
        try (DatagramSocket sender = new DatagramSocket()) {
            sender.send(new DatagramPacket(new byte[3], 3, address)); // stays in the receive buffer
            Mailbox inbox = new Mailbox();
            FdDatagramChannel channel = new FdDatagramChannel(socket);
            register(channel, inbox);
            assertThat(channel.isActive()).isTrue();
            assertThat(channel.isConnected()).isFalse();
            assertThat(channel.localAddress()).isEqualTo(address);
            assertThat(inbox.nextLength()).isEqualTo(3);
            channel.close().sync();
        }
    }

    @Test
    void aConnectedDatagramSocketKeepsItsPeer() throws Exception {
        boolean ipv6 = Sockets.dualStackAvailable();
        try (DatagramSocket peer = new DatagramSocket(Loops.anyPort())) {
            Descriptor socket = Sockets.udp(ipv6);
            Sockets.connect(socket.number(), (InetSocketAddress) peer.getLocalSocketAddress(), ipv6);
            FdDatagramChannel channel = new FdDatagramChannel(socket);
            register(channel, new Mailbox());
            assertThat(channel.isConnected()).isTrue();
            assertThat(channel.remoteAddress()).isEqualTo(peer.getLocalSocketAddress());
            channel.writeAndFlush(Digest.direct(new byte[4])).sync();
            DatagramPacket packet = new DatagramPacket(new byte[10], 10);
            peer.receive(packet);
            assertThat(packet.getLength()).isEqualTo(4);
            channel.close().sync();
        }
    }

    @Test
    void aUnixDomainDatagramSocketGoesOn() throws Exception {
        Descriptor socket = UnixSockets.datagram();
        UnixSockets.bind(socket.number(), domain.path().toString());
        socket.nonBlocking(false);
        Mailbox inbox = new Mailbox();
        FdDomainDatagramChannel channel = new FdDomainDatagramChannel(socket);
        assertThat(socket.nonBlocking(true)).as("has been set").isTrue();
        register(channel, inbox);
        assertThat(channel.localAddress())
                .isEqualTo(new DomainSocketAddress(domain.path().toString()));
        Descriptor sender = UnixSockets.datagram();
        UnixSockets.connect(sender.number(), domain.path().toString());
        FdDomainDatagramChannel other = new FdDomainDatagramChannel(sender);
        register(other, new Mailbox());
        assertThat(other.remoteAddress()).isEqualTo(channel.localAddress());
        other.writeAndFlush(Digest.direct(new byte[6])).sync();
        assertThat(inbox.nextLength()).isEqualTo(6);
        other.close().sync();
        channel.close().sync();
    }

    @Test
    void whatIsOfAnotherKindIsRefusedAndStaysTheCallers() throws Exception {
        try (Descriptor tcp = Sockets.tcp(false);
                Descriptor udp = Sockets.udp(false);
                Descriptor unix = UnixSockets.stream();
                Descriptor listener = UnixSockets.stream();
                Pipes.Pair pipe = Pipes.pipe()) {
            assertThatThrownBy(() -> new FdSocketChannel(tcp))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not connected");
            assertThatThrownBy(() -> new FdServerSocketChannel(tcp))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not bound");
            UnixSockets.bind(listener.number(), domain.path().toString());
            Sockets.listen(listener.number(), 1);
            for (Descriptor alone : new Descriptor[] {unix, listener}) {
                assertThatThrownBy(() -> new FdDomainSocketChannel(alone))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("is not connected");
            }
            assertThatThrownBy(() -> new FdServerDomainSocketChannel(unix))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not bound");
            assertThatThrownBy(() -> new FdSocketChannel(udp))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a socket for a stream is needed");
            assertThatThrownBy(() -> new FdDatagramChannel(tcp))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a socket for datagrams is needed");
            assertThatThrownBy(() -> new FdServerSocketChannel(unix))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("an Internet socket is needed");
            assertThatThrownBy(() -> new FdDomainDatagramChannel(udp))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a Unix-domain socket is needed");
            assertThatThrownBy(() -> new FdServerSocketChannel(pipe.first()))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("ENOTSOCK");
            assertThat(tcp.isOpen() && udp.isOpen() && unix.isOpen() && listener.isOpen())
                    .isTrue();
        }
        Descriptor closed = Sockets.tcp(false);
        closed.close();
        assertThatThrownBy(() -> new FdSocketChannel(closed)).isInstanceOf(IOException.class);
    }
}
