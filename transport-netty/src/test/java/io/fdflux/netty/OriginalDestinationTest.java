package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.netty.inet.FamilyChoice;
import io.fdflux.netty.inet.InternetFamily;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** IP_RECVORIGDSTADDR: a packet carries its destination address. */
@OnEveryPoller
class OriginalDestinationTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final BlockingQueue<InetSocketAddress> recipients = new LinkedBlockingQueue<>();

    private Channel receiver(boolean tell, int payload) throws Exception {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops.next())
                .channel(FdDatagramChannel.class)
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, payload)
                .handler(new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                        recipients.add(packet.recipient());
                    }
                });
        if (tell) {
            bootstrap.option(FdChannelOption.IP_RECVORIGDSTADDR, true);
        }
        return bootstrap.bind(0).sync().channel();
    }

    private static List<InetAddress> destinations() throws Exception {
        List<InetAddress> destinations =
                new ArrayList<>(List.of(InetAddress.getByName("127.0.0.1"), InetAddress.getByName("127.0.0.2")));
        if (InternetFamily.preferred().isIpv6() && FamilyChoice.current().isDualStack()) {
            destinations.add(InetAddress.getByName("::1"));
        }
        return destinations;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512})
    void eachPacketHasItsDestination(int payload) throws Exception {
        assumeTrue(SocketOption.RECVORIGDSTADDR.isAvailable());
        Channel receiver = receiver(true, payload);
        assertThat(receiver.config().getOption(FdChannelOption.IP_RECVORIGDSTADDR))
                .isTrue();
        int port = ((InetSocketAddress) receiver.localAddress()).getPort();
        try (DatagramSocket sender = new DatagramSocket()) {
            for (int i = 0; i < 3; i++) {
                for (InetAddress destination : destinations()) {
                    sender.send(new java.net.DatagramPacket(new byte[10], 10, destination, port));
                    assertThat(recipients.take()).isEqualTo(new InetSocketAddress(destination, port));
                }
            }
        }
    }

    /** Options of socket(7) and ip(7) that each add a control message. */
    @Test
    void optionsOfTheUserDoNotPushItOut() throws Exception {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX);
        FdDatagramChannel receiver = (FdDatagramChannel) receiver(true, 0);
        int solSocket = 1;
        int soTimestampNs = 35;
        int soReceiveQueueOverflow = 40;
        int ipProtocol = 0;
        int ipPacketInfo = 8;
        int ipReceiveTtl = 12;
        int ipReceiveTos = 13;
        for (int option : new int[] {soTimestampNs, soReceiveQueueOverflow}) {
            receiver.config().setOption(new IntegerUnixChannelOption("of the socket", solSocket, option), 1);
        }
        for (int option : new int[] {ipPacketInfo, ipReceiveTtl, ipReceiveTos}) {
            receiver.config().setOption(new IntegerUnixChannelOption("of IP", ipProtocol, option), 1);
        }
        int port = receiver.localAddress().getPort();
        InetAddress destination = InetAddress.getByName("127.0.0.2");
        try (DatagramSocket sender = new DatagramSocket()) {
            sender.send(new java.net.DatagramPacket(new byte[10], 10, destination, port));
            assertThat(recipients.take()).isEqualTo(new InetSocketAddress(destination, port));
        }
    }

    @Test
    void withoutItTheRecipientIsTheSocket() throws Exception {
        Channel receiver = receiver(false, 0);
        int port = ((InetSocketAddress) receiver.localAddress()).getPort();
        try (DatagramSocket sender = new DatagramSocket()) {
            sender.send(new java.net.DatagramPacket(new byte[10], 10, InetAddress.getByName("127.0.0.1"), port));
            assertThat(recipients.take()).isEqualTo(receiver.localAddress());
        }
    }
}
