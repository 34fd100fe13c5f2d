package io.fdflux.netty.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.netty.Digest;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sixteen datagrams in one packet, split by the kernel, and merged again or not; after Netty's own test. */
@OnEveryPoller
class SegmentsTest {

    private static final int SEGMENT = 512;
    private static final int SEGMENTS = 16;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @BeforeEach
    void here() {
        assumeTrue(FdDatagramChannel.isSegmentedDatagramPacketSupported(), "no UDP_SEGMENT");
    }

    private static ByteBuf content(byte[] bytes, boolean composite) {
        if (!composite) {
            return Digest.direct(bytes);
        }
        CompositeByteBuf parts = Unpooled.compositeBuffer();
        for (int at = 0; at < bytes.length; at += SEGMENT) {
            parts.addComponent(true, Digest.direct(Arrays.copyOfRange(bytes, at, at + SEGMENT)));
        }
        return parts;
    }

    @ParameterizedTest(name = "composite {0}, joined {1}")
    @CsvSource({"false,false", "true,false", "false,true", "true,true"})
    void eachSegmentArrives(boolean composite, boolean joined) throws Exception {
        Mailbox inbox = new Mailbox();
        Bootstrap receiver = Udp.bootstrap(loops, inbox);
        if (joined) {
            receiver.option(FdChannelOption.UDP_GRO, true)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(SEGMENTS * SEGMENT));
        }
        FdDatagramChannel channel = Udp.bind(receiver);
        assertThat(channel.config().getOption(FdChannelOption.UDP_GRO)).isEqualTo(joined);
        FdDatagramChannel sender = Udp.bind(loops, new Mailbox());
        byte[] bytes = Digest.bytes(SEGMENTS * SEGMENT, 11);
        sender.writeAndFlush(new SegmentedDatagramPacket(content(bytes, composite), SEGMENT, channel.localAddress()))
                .sync();
        for (int i = 0; i < SEGMENTS; i++) {
            Mailbox.Letter letter = inbox.next();
            assertThat(letter.bytes()).isEqualTo(Arrays.copyOfRange(bytes, i * SEGMENT, (i + 1) * SEGMENT));
            assertThat(letter.sender()).isEqualTo(sender.localAddress());
        }
        assertThat(inbox.failures).isEmpty();
    }

    private void assertAllArrive(Mailbox inbox, FdDatagramChannel channel) throws Exception {
        int segment = 1000;
        int segments = 60;
        Udp.bind(loops, new Mailbox())
                .writeAndFlush(
                        new SegmentedDatagramPacket(Udp.direct(segments * segment), segment, channel.localAddress()))
                .sync();
        for (int i = 0; i < segments; i++) {
            assertThat(inbox.nextLength()).isEqualTo(segment);
        }
        assertThat(inbox.failures).isEmpty();
    }

    @ParameterizedTest(name = "MAX_DATAGRAM_PAYLOAD_SIZE {0}")
    @ValueSource(ints = {0, 1500})
    void asManyAsTheKernelJoinsFitIntoTheBufferOfTheDefault(int payload) throws Exception {
        Mailbox inbox = new Mailbox();
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox)
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, payload)
                .option(FdChannelOption.UDP_GRO, true));
        MaxMessagesRecvByteBufAllocator buffers = channel.config().getRecvByteBufAllocator();
        assertThat(buffers.maxMessagesPerRead()).isEqualTo(16);
        assertAllArrive(inbox, channel);
    }

    @Test
    void soTheyDoOnASocketThatSomebodyElseHasSetSo() throws Exception {
        boolean ipv6 = Sockets.dualStackAvailable();
        Descriptor socket = Sockets.udp(ipv6);
        Sockets.bind(socket.number(), Loops.anyPort(), ipv6);
        assertThat(SocketOptionCalls.set(socket.number(), SocketOption.UDP_GRO, 1))
                .isZero();
        SocketOption option = ipv6 ? SocketOption.RECVORIGDSTADDR6 : SocketOption.RECVORIGDSTADDR;
        assertThat(SocketOptionCalls.set(socket.number(), option, 1)).isZero();
        FdDatagramChannel channel = new FdDatagramChannel(socket);
        assertThat(channel.config().getOption(FdChannelOption.UDP_GRO)).isTrue();
        assertThat(channel.config().getOption(FdChannelOption.IP_RECVORIGDSTADDR))
                .isTrue();
        Mailbox inbox = new Mailbox();
        channel.pipeline().addLast(inbox);
        loops.next().register(channel).sync();
        assertAllArrive(inbox, channel);
    }

    @Test
    void whatTheKernelRefusesToJoinIsNotJoined() {
        FdDatagramChannel closed = new FdDatagramChannel();
        closed.unsafe().closeForcibly();
        assertThatThrownBy(() -> closed.config().setOption(FdChannelOption.UDP_GRO, true))
                .isInstanceOf(ChannelException.class);
        assertThat(closed.config().getOption(FdChannelOption.UDP_GRO)).isFalse();
    }
}
