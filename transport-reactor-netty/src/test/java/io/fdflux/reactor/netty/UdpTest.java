package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdDomainDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.datagram.Mailbox;
import io.fdflux.netty.datagram.Udp;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.udp.UdpClient;
import reactor.netty.udp.UdpInbound;
import reactor.netty.udp.UdpOutbound;
import reactor.netty.udp.UdpServer;

/** Reactor Netty's UDP servers and clients, over Internet and Unix-domain sockets. */
@OnEveryPoller
class UdpTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int COUNT = 200;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(2);

    @TempDir
    Path directory;

    /** Echoes each datagram to its sender. */
    private static final BiFunction<UdpInbound, UdpOutbound, Publisher<Void>> ECHO =
            (in, out) -> out.sendObject(in.receiveObject().map(UdpTest::answer));

    private static Object answer(Object message) {
        if (message instanceof DatagramPacket packet) {
            return new DatagramPacket(packet.content().retain(), packet.sender());
        }
        DomainDatagramPacket packet = (DomainDatagramPacket) message;
        return new DomainDatagramPacket(packet.content().retain(), packet.sender());
    }

    private Connection server(SocketAddress address) {
        return UdpServer.create()
                .runOn(loops.resources())
                .bindAddress(() -> address)
                .handle(ECHO)
                .bindNow(PATIENCE);
    }

    private Connection client(SocketAddress local, SocketAddress remote) {
        return UdpClient.create()
                .runOn(loops.resources())
                .bindAddress(() -> local)
                .remoteAddress(() -> remote)
                .connectNow(PATIENCE);
    }

    /** Sends several messages, each after the answer to the previous one. */
    private static void converse(Connection client) {
        UdpInbound in = (UdpInbound) client.inbound();
        UdpOutbound out = (UdpOutbound) client.outbound();
        List<byte[]> said = Flux.range(0, COUNT)
                .map(i -> Digest.bytes(1 + i * 7, i))
                .collectList()
                .block();
        Flux<byte[]> answers = in.receive().asByteArray();
        Mono<List<byte[]>> all = answers.doOnNext(answer -> {
                    int next = answer.length / 7 + 1;
                    if (next < COUNT) {
                        out.sendByteArray(Mono.just(said.get(next))).then().subscribe();
                    }
                })
                .take(COUNT)
                .collectList();
        out.sendByteArray(Mono.just(said.getFirst())).then().subscribe();
        List<byte[]> heard = all.block(PATIENCE);
        for (int i = 0; i < COUNT; i++) {
            assertThat(heard.get(i)).isEqualTo(said.get(i));
        }
    }

    @Test
    void byInternet() {
        Connection server = server(Loops.anyPort());
        assertThat(server.channel()).isInstanceOf(FdDatagramChannel.class);
        Connection client = client(Loops.anyPort(), server.channel().localAddress());
        assertThat(client.channel()).isInstanceOf(FdDatagramChannel.class);
        converse(client);
        client.disposeNow(PATIENCE);
        server.disposeNow(PATIENCE);
    }

    /** Reactor Netty creates the channels of a family itself, with NIO. */
    @Test
    void byOneFamily() {
        Connection server = UdpServer.create()
                .runOn(loops.resources(), SocketProtocolFamily.INET)
                .bindAddress(Loops::anyPort)
                .handle(ECHO)
                .bindNow(PATIENCE);
        Connection client = UdpClient.create()
                .runOn(loops.resources(), SocketProtocolFamily.INET)
                .remoteAddress(server.channel()::localAddress)
                .connectNow(PATIENCE);
        assertThat(client.channel()).isInstanceOf(NioDatagramChannel.class);
        converse(client);
        client.disposeNow(PATIENCE);
        server.disposeNow(PATIENCE);
    }

    @Test
    void byUnixDomainSockets() {
        Connection server =
                server(new DomainSocketAddress(directory.resolve("server").toString()));
        assertThat(server.channel()).isInstanceOf(FdDomainDatagramChannel.class);
        Connection client = client(
                new DomainSocketAddress(directory.resolve("client").toString()),
                server.channel().localAddress());
        assertThat(client.channel()).isInstanceOf(FdDomainDatagramChannel.class);
        converse(client);
        client.disposeNow(PATIENCE);
        server.disposeNow(PATIENCE);
    }

    /** With exceptions for truncation, one long datagram from any sender would end the server's inbound flux. */
    @Test
    void aDatagramThatIsTooLongDoesNotEndAServer() throws Exception {
        Connection server = server(Loops.anyPort());
        try (DatagramSocket stranger = new DatagramSocket(Loops.anyPort())) {
            Udp.send(stranger, (InetSocketAddress) server.channel().localAddress(), 30_000);
        }
        Connection client = client(Loops.anyPort(), server.channel().localAddress());
        converse(client);
        client.disposeNow(PATIENCE);
        server.disposeNow(PATIENCE);
    }

    @Test
    void groupsAreJoined() throws Exception {
        InetAddress group = Udp.ip("239.255.9.7");
        NetworkInterface loopback = NetworkInterface.getByInetAddress(Udp.ip("127.0.0.1"));
        Connection server = UdpServer.create()
                .runOn(loops.resources())
                .bindAddress(() -> new InetSocketAddress(0))
                .bindNow(PATIENCE);
        UdpInbound in = (UdpInbound) server.inbound();
        in.join(group, loopback).block(PATIENCE);
        Mono<byte[]> heard = in.receive().asByteArray().next();
        FdDatagramChannel sender = Udp.bind(loops, new Mailbox());
        sender.config().setNetworkInterface(loopback).setTimeToLive(0);
        int port = ((InetSocketAddress) server.channel().localAddress()).getPort();
        sender.writeAndFlush(Udp.packet(11, new InetSocketAddress(group, port))).sync();
        assertThat(heard.block(PATIENCE)).hasSize(11);
        in.leave(group, loopback).block(PATIENCE);
        server.disposeNow(PATIENCE);
    }

    @Test
    void demandIsWhatReads() throws Exception {
        Connection server = UdpServer.create()
                .runOn(loops.resources())
                .bindAddress(Loops::anyPort)
                .bindNow(PATIENCE);
        Channel channel = server.channel();
        FdDatagramChannel sender = Udp.bind(loops, new Mailbox());
        for (int i = 1; i <= 5; i++) {
            sender.writeAndFlush(Udp.packet(i, (InetSocketAddress) channel.localAddress()))
                    .sync();
        }
        List<Integer> lengths = ((UdpInbound) server.inbound())
                .receiveObject()
                .map(packet -> ((DatagramPacket) packet).content().readableBytes())
                .limitRate(1)
                .take(5)
                .collectList()
                .block(PATIENCE);
        assertThat(lengths).containsExactly(1, 2, 3, 4, 5);
        server.disposeNow(PATIENCE);
    }
}
