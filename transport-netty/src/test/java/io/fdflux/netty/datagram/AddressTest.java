package io.fdflux.netty.datagram;

import static io.fdflux.netty.datagram.Udp.ip;
import static io.fdflux.netty.datagram.Udp.packet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.Sockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The addresses that a UDP channel has, uses and refuses. */
@OnEveryPoller
class AddressTest {

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final Mailbox inbox = new Mailbox();

    private FdDatagramChannel bind(SocketProtocolFamily family, Mailbox mailbox, String address) {
        return (FdDatagramChannel) Udp.bootstrap(loops, family, mailbox)
                .bind(new InetSocketAddress(ip(address), 0))
                .syncUninterruptibly()
                .channel();
    }

    @ParameterizedTest
    @CsvSource({
        "INET,  127.0.0.1, INET,  127.0.0.1, 127.0.0.1",
        "INET6, ::1,       INET6, ::1,       ::1",
        "INET6, ::,        INET,  127.0.0.1, 127.0.0.1",
        "INET6, ::,        INET6, ::1,       ::1",
        "INET6, 0.0.0.0,   INET,  127.0.0.1, 127.0.0.1",
        "INET6, 0.0.0.0,   INET6, ::1,       ::1",
        "INET,  0.0.0.0,   INET6, ::,        127.0.0.1",
        "INET6, 127.0.0.1, INET,  127.0.0.1, 127.0.0.1",
    })
    void eachFamilyReachesTheOther(
            SocketProtocolFamily family, String bound, SocketProtocolFamily senderFamily, String from, String to)
            throws Exception {
        assumeTrue(family == senderFamily || Sockets.dualStackAvailable(), "the families are apart here");
        FdDatagramChannel channel = bind(family, inbox, bound);
        Mailbox answers = new Mailbox();
        FdDatagramChannel sender = bind(senderFamily, answers, from);
        InetSocketAddress recipient =
                new InetSocketAddress(ip(to), channel.localAddress().getPort());
        sender.writeAndFlush(packet(5, recipient)).sync();
        Mailbox.Letter letter = inbox.next();
        assertThat(letter.recipient()).isEqualTo(channel.localAddress());
        InetSocketAddress seen = (InetSocketAddress) letter.sender();
        assertThat(seen.getPort()).isEqualTo(sender.localAddress().getPort());
        assertThat(seen.getAddress()).isEqualTo(ip(to)); // loopback to loopback; IPv4 never appears as a mapped address
        channel.writeAndFlush(packet(6, seen)).sync();
        assertThat(answers.next().sender()).isEqualTo(recipient);
    }

    @Test
    void aFamilyRefusesWhatItCannotUse() throws Exception {
        FdDatagramChannel ipv4 = bind(SocketProtocolFamily.INET, inbox, "127.0.0.1");
        InetSocketAddress ipv6 = new InetSocketAddress(ip("::1"), 9);
        for (ChannelFuture future : new ChannelFuture[] {ipv4.writeAndFlush(packet(1, ipv6)), ipv4.connect(ipv6)}) {
            assertThat(future.await().cause())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("SocketProtocolFamily.INET6");
        }
        assertThat(ipv4.connect(new DomainSocketAddress("/tmp/x")).await().cause())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("InetSocketAddress");
        assertThat(ipv4.connect(InetSocketAddress.createUnresolved("no.such.host.invalid", 1))
                        .await()
                        .cause())
                .isInstanceOf(UnresolvedAddressException.class)
                .hasMessageContaining("no.such.host.invalid is not resolved");
        assertThat(ipv4.isOpen()).isTrue();
        assertThatThrownBy(() -> new FdDatagramChannel(SocketProtocolFamily.UNIX))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @SuppressWarnings("deprecation")
    void familiesHaveNettysOlderNamesToo() throws Exception {
        new FdDatagramChannel((SocketProtocolFamily) null).unsafe().closeForcibly();
        new FdDatagramChannel((InternetProtocolFamily) null).unsafe().closeForcibly();
        FdDatagramChannel ipv4 = new FdDatagramChannel(InternetProtocolFamily.IPv4);
        loops.next().register(ipv4).sync();
        assertThat(ipv4.bind(new InetSocketAddress(ip("::1"), 0)).await().cause())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bindingSaysWhyItFails() throws Exception {
        InetSocketAddress taken = Udp.bind(loops, inbox).localAddress();
        assertThat(Udp.bootstrap(loops, new Mailbox()).bind(taken).await().cause())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("choose another port");
        assertThat(Udp.bootstrap(loops, new Mailbox())
                        .bind(new InetSocketAddress("198.51.100.7", 0))
                        .await()
                        .cause())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("an address of this machine");
        InetAddress linkLocal = ip("fe80::1234:5678");
        assertThat(Udp.bootstrap(loops, new Mailbox())
                        .bind(new InetSocketAddress(linkLocal, 0))
                        .await()
                        .cause())
                .hasMessageContaining("EINVAL")
                .hasMessageContaining("needs its interface");
    }

    @Test
    void linkLocalAddressesHaveAScope() throws Exception {
        Inet6Address address = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet6Address.class::isInstance)
                .map(Inet6Address.class::cast)
                .filter(Inet6Address::isLinkLocalAddress)
                .findFirst()
                .orElse(null);
        assumeTrue(address != null, "no link-local address here");
        FdDatagramChannel channel = (FdDatagramChannel) Udp.bootstrap(loops, SocketProtocolFamily.INET6, inbox)
                .bind(new InetSocketAddress(address, 0))
                .sync()
                .channel();
        channel.writeAndFlush(packet(4, channel.localAddress())).sync();
        Inet6Address sender = (Inet6Address) ((InetSocketAddress) inbox.next().sender()).getAddress();
        assertThat(sender.getScopeId()).isEqualTo(address.getScopeId()).isNotZero();
    }

    @Test
    void thereIsNoAddressBeforeThereIsOne() throws Exception {
        for (SocketProtocolFamily family :
                new SocketProtocolFamily[] {null, SocketProtocolFamily.INET, SocketProtocolFamily.INET6}) {
            FdDatagramChannel channel = new FdDatagramChannel(family);
            assertThat(channel.isActive()).isFalse();
            assertThat(channel.localAddress()).isNull();
            assertThat(channel.remoteAddress()).isNull();
            channel.unsafe().closeForcibly();
        }
        AtomicReference<Object> whenRegistered = new AtomicReference<>("not called");
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRegistered(ChannelHandlerContext context) throws Exception {
                whenRegistered.set(context.channel().localAddress());
                super.channelRegistered(context);
            }
        }));
        assertThat(whenRegistered).hasNullValue();
        assertThat(channel.localAddress().getPort()).isPositive();
    }

    /** Where the kernel distributes by sender, each socket receives some datagrams. */
    @Test
    void twoSocketsShareAPortWhereItIsAsked() throws Exception {
        Platform.Os os = Platform.current().os();
        assumeTrue(os == Platform.Os.LINUX || os == Platform.Os.FREEBSD || os == Platform.Os.DRAGONFLY);
        ChannelOption<Boolean> option = SocketOption.REUSEPORT_LB.isAvailable()
                ? FdChannelOption.SO_REUSEPORT_LB
                : FdChannelOption.SO_REUSEPORT;
        Mailbox other = new Mailbox();
        FdDatagramChannel first = Udp.bind(Udp.bootstrap(loops, inbox).option(option, true));
        Channel second = Udp.bootstrap(loops, other)
                .option(option, true)
                .bind(first.localAddress())
                .sync()
                .channel();
        assertThat(second.localAddress()).isEqualTo(first.localAddress());
        for (int i = 0; inbox.letters.isEmpty() || other.letters.isEmpty(); i++) {
            assertThat(i).as("senders").isLessThan(1000); // probability that one receives none: 2 * 0.5^1000
            try (DatagramSocket sender = new DatagramSocket(Loops.anyPort())) {
                Udp.send(sender, first.localAddress(), 4);
                loops.turn();
            }
        }
    }

    @Test
    void connectingChoosesAnAddressAndAPeer() throws Exception {
        Mailbox answers = new Mailbox();
        FdDatagramChannel peer = Udp.bind(loops, answers);
        FdDatagramChannel stranger = Udp.bind(loops, new Mailbox());
        FdDatagramChannel channel = (FdDatagramChannel)
                Udp.bootstrap(loops, inbox).connect(peer.localAddress()).sync().channel();
        await().untilAsserted(() -> assertThat(inbox.actives).hasValue(1));
        assertThat(channel.isConnected()).isTrue();
        assertThat(channel.remoteAddress()).isEqualTo(peer.localAddress());
        assertThat(channel.localAddress().getAddress()).isEqualTo(ip("127.0.0.1"));
        assertThat(channel.localAddress().getPort()).isPositive();
        stranger.writeAndFlush(packet(1, channel.localAddress())).sync();
        peer.writeAndFlush(packet(2, channel.localAddress())).sync();
        assertThat(inbox.nextLength()).isEqualTo(2);
        channel.disconnect().sync();
        assertThat(channel.isConnected()).isFalse();
        assertThat(channel.remoteAddress()).isNull();
        assertThat(channel.isActive()).isTrue();
        channel.connect(stranger.localAddress()).sync();
        assertThat(channel.remoteAddress()).isEqualTo(stranger.localAddress());
        channel.close().sync();
        assertThat(channel.isConnected()).isFalse();
    }

    @Test
    void connectingFromAnAddressMakesActiveOnce() throws Exception {
        FdDatagramChannel peer = Udp.bind(loops, new Mailbox());
        FdDatagramChannel channel = (FdDatagramChannel) Udp.bootstrap(loops, inbox)
                .connect(peer.localAddress(), new InetSocketAddress("127.0.0.1", 0))
                .sync()
                .channel();
        await().untilAsserted(() -> assertThat(inbox.actives).hasValue(1));
        channel.connect(peer.localAddress()).sync();
        loops.turn();
        assertThat(inbox.actives).hasValue(1);
    }

    @Test
    void aBoundPortStaysAfterDisconnecting() throws Exception {
        FdDatagramChannel peer = Udp.bind(loops, new Mailbox());
        FdDatagramChannel channel = Udp.bind(loops, inbox);
        InetSocketAddress bound = channel.localAddress();
        channel.connect(peer.localAddress()).sync();
        channel.disconnect().sync();
        assertThat(channel.localAddress()).isEqualTo(bound);
        FdDatagramChannel stranger = Udp.bind(loops, new Mailbox());
        stranger.writeAndFlush(packet(3, bound)).sync();
        assertThat(inbox.nextLength()).isEqualTo(3);
    }

    @Test
    void aReadReportsAMissingPeer() throws Exception {
        assumeTrue(
                !loops.loops().pollerName().equals("kqueue")
                        || Platform.current().os() != Platform.Os.LINUX,
                "libkqueue keeps the errors of datagram sockets to itself");
        InetSocketAddress nobody;
        try (DatagramSocket socket = new DatagramSocket(Loops.anyPort())) {
            nobody = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        FdDatagramChannel channel = Udp.bind(loops, inbox);
        channel.connect(nobody).sync();
        channel.writeAndFlush(Udp.direct(1)).sync();
        assertThat(inbox.nextFailure())
                .isInstanceOf(PortUnreachableException.class)
                .hasMessageContaining("ECONNREFUSED");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    @SuppressWarnings("deprecation")
    void activeOnRegistrationMeansActiveUnbound() throws Exception {
        FdDatagramChannel channel = (FdDatagramChannel) Udp.bootstrap(loops, inbox)
                .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true)
                .register()
                .sync()
                .channel();
        assertThat(channel.isActive()).isTrue();
        await().untilAsserted(() -> assertThat(inbox.actives).hasValue(1));
        assertThat(channel.localAddress()).isNull();
        Mailbox other = new Mailbox();
        FdDatagramChannel receiver = Udp.bind(loops, other);
        channel.writeAndFlush(packet(2, receiver.localAddress())).sync();
        InetSocketAddress sender = (InetSocketAddress) other.next().sender();
        assertThat(channel.localAddress().getPort()).isEqualTo(sender.getPort());
        receiver.writeAndFlush(packet(3, sender)).sync();
        assertThat(inbox.nextLength()).isEqualTo(3);
    }

    @Test
    void aChannelThatMovesTakesItsReadAndItsWritesAlong() throws Exception {
        Mailbox other = new Mailbox();
        FdDatagramChannel receiver = Udp.bind(loops, other);
        FdDatagramChannel channel = Udp.bind(loops, inbox);
        EventLoop from = channel.eventLoop();
        EventLoop to = loops.next();
        while (to == from) {
            to = loops.next();
        }
        channel.deregister().sync();
        receiver.writeAndFlush(packet(7, channel.localAddress())).sync();
        loops.turn();
        assertThat(inbox.letters).isEmpty();
        to.register(channel).sync();
        assertThat(inbox.nextLength()).isEqualTo(7);
        channel.writeAndFlush(packet(8, receiver.localAddress())).sync();
        assertThat(other.nextLength()).isEqualTo(8);
        loops.turn();
        Deltas deltas = new Deltas(loops);
        loops.turn();
        assertThat(deltas.of(Counter.READ_CALLS)).isZero();
    }
}
