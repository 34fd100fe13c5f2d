package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.fdflux.posix.platform.Platform;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** UDP: echoes, connected or not, empty datagrams. */
@OnEveryPoller
class DatagramTest {

    private static final int LARGEST = 2048;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final List<Integer> lengths = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    private FdDatagramChannel bind(boolean autoRead) throws InterruptedException {
        return (FdDatagramChannel) new Bootstrap()
                .group(loops.group())
                .channel(FdDatagramChannel.class)
                .option(ChannelOption.AUTO_READ, autoRead)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        DatagramPacket packet = (DatagramPacket) message;
                        lengths.add(packet.content().readableBytes());
                        context.writeAndFlush(new DatagramPacket(packet.content(), packet.sender()));
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        failures.add(cause);
                    }
                })
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    private static void send(DatagramSocket socket, InetSocketAddress to, byte[] bytes) throws IOException {
        socket.send(new java.net.DatagramPacket(bytes, bytes.length, to));
    }

    private static byte[] receive(DatagramSocket socket) throws IOException {
        java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[LARGEST], LARGEST);
        socket.receive(packet);
        return java.util.Arrays.copyOf(packet.getData(), packet.getLength());
    }

    @Test
    void everyLengthIsEchoed() throws Exception {
        InetSocketAddress address = bind(true).localAddress();
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int length : new int[] {1, 0, 2, 0, 0, 1000, LARGEST}) {
                byte[] bytes = Digest.bytes(length, length);
                send(socket, address, bytes);
                assertThat(receive(socket)).isEqualTo(bytes);
            }
        }
    }

    @Test
    void oneReadIsOneDatagram() throws Exception {
        FdDatagramChannel channel = bind(false);
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 1; i <= 5; i++) {
                send(socket, channel.localAddress(), new byte[i]);
            }
            loops.turn();
            for (int i = 1; i <= 5; i++) {
                assertThat(lengths).hasSize(i - 1);
                channel.read();
                assertThat(receive(socket)).hasSize(i);
                loops.turn();
            }
        }
    }

    @Test
    void aBurstArrives() throws Exception {
        FdDatagramChannel channel = bind(true);
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < 100; i++) {
                send(socket, channel.localAddress(), new byte[10]);
            }
            for (int i = 0; i < 100; i++) {
                assertThat(receive(socket)).hasSize(10);
            }
        }
    }

    @Test
    void everythingThatCanBeSentIs() throws Exception {
        FdDatagramChannel channel = bind(true);
        try (DatagramSocket socket = new DatagramSocket(Loops.anyPort())) {
            InetSocketAddress to = (InetSocketAddress) socket.getLocalSocketAddress();
            byte[] bytes = Digest.bytes(100, 1);
            channel.write(new DatagramPacket(Unpooled.wrappedBuffer(bytes), to));
            channel.write(new DatagramPacket(Digest.direct(bytes).asReadOnly(), to));
            ByteBuf parts = Unpooled.compositeBuffer()
                    .addComponent(true, Digest.direct(bytes).writerIndex(50))
                    .addComponent(true, Digest.direct(bytes).readerIndex(50));
            channel.write(new DatagramPacket(parts, to));
            channel.write(new DefaultAddressedEnvelope<>(Unpooled.wrappedBuffer(bytes), to));
            channel.flush();
            for (int i = 0; i < 4; i++) {
                assertThat(receive(socket)).isEqualTo(bytes);
            }
            channel.connect(to).sync();
            assertThat(channel.isConnected()).isTrue();
            assertThat(channel.remoteAddress()).isEqualTo(to);
            channel.writeAndFlush(Digest.direct(bytes)).sync();
            assertThat(receive(socket)).isEqualTo(bytes);
            channel.disconnect().sync();
            assertThat(channel.isConnected()).isFalse();
            channel.writeAndFlush(new DatagramPacket(Unpooled.EMPTY_BUFFER, to)).sync();
            assertThat(receive(socket)).isEmpty();
        }
    }

    @Test
    void aRecipientThatIsNotResolvedFailsItsDatagramOnly() throws Exception {
        FdDatagramChannel channel = bind(true);
        InetSocketAddress nowhere = InetSocketAddress.createUnresolved("no.such.host.invalid", 1);
        ByteBuf content = Digest.direct(new byte[10]);
        assertThat(channel.writeAndFlush(new DefaultAddressedEnvelope<>(content, nowhere))
                        .await()
                        .cause())
                .isInstanceOf(UnresolvedAddressException.class);
        assertThat(content.refCnt()).isZero();
        everyLengthIsEchoed();
    }

    @Test
    void aPortWithoutAListenerIsReported() throws Exception {
        assumeFalse(
                loops.loops().pollerName().equals("kqueue")
                        && Platform.current().os() == Platform.Os.LINUX,
                "libkqueue keeps the errors of datagram sockets to itself");
        FdDatagramChannel channel = bind(true);
        InetSocketAddress nobody;
        try (DatagramSocket socket = new DatagramSocket(Loops.anyPort())) {
            nobody = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        channel.connect(nobody).sync();
        channel.writeAndFlush(Digest.direct(new byte[1])).sync();
        await().until(() -> !failures.isEmpty());
        assertThat(failures.getFirst()).isInstanceOf(SocketException.class).hasMessageContaining("ECONNREFUSED");
        assertThat(channel.isOpen()).isTrue();
    }
}
