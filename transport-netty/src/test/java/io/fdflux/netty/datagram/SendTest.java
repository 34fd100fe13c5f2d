package io.fdflux.netty.datagram;

import static io.fdflux.netty.datagram.Udp.packet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.channels.NotYetConnectedException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sent datagrams: several per call, each with its own outcome. */
@OnEveryPoller
class SendTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Mailbox inbox = new Mailbox();
    private FdDatagramChannel channel;
    private InetSocketAddress to;

    @BeforeEach
    void bind() {
        to = Udp.bind(loops, inbox).localAddress();
        channel = Udp.bind(loops, new Mailbox());
    }

    /** Runs all calls in one turn of the loop. */
    private void inOneTurn(Runnable task) {
        channel.eventLoop().submit(task).syncUninterruptibly();
    }

    @Test
    void whatIsFlushedInOneTurnIsSentTogether() throws Exception {
        Deltas deltas = new Deltas(loops);
        inOneTurn(() -> {
            for (int i = 0; i < 100; i++) {
                channel.writeAndFlush(packet(i, to));
            }
        });
        for (int i = 0; i < 100; i++) {
            assertThat(inbox.nextLength()).isEqualTo(i);
        }
        loops.turn();
        assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(2); // 64 per call
        assertThat(deltas.of(Counter.BYTES_WRITTEN)).isEqualTo(99 * 100 / 2);
    }

    @Test
    void oneThatFailsFailsAlone() throws Exception {
        List<ChannelFuture> futures = new ArrayList<>();
        inOneTurn(() -> {
            for (int i = 0; i < 5; i++) {
                futures.add(channel.write(packet(i == 2 ? 70_000 : i, to)));
            }
            channel.flush();
        });
        for (int i : new int[] {0, 1, 3, 4}) {
            assertThat(futures.get(i).sync().isSuccess()).isTrue();
            assertThat(inbox.nextLength()).isEqualTo(i);
        }
        assertThat(futures.get(2).await().cause())
                .hasMessageContaining("EMSGSIZE")
                .hasMessageContaining("70000 bytes to " + to)
                .hasMessageContaining("more than one datagram holds");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void whatWasCancelledIsNotSent() throws Exception {
        List<ChannelFuture> futures = new ArrayList<>();
        inOneTurn(() -> {
            for (int i = 0; i < 6; i++) {
                futures.add(channel.write(packet(i, to)));
            }
            for (int i : new int[] {0, 3, 5}) {
                assertThat(futures.get(i).cancel(false)).isTrue();
            }
            channel.write(new DatagramPacket(Unpooled.EMPTY_BUFFER, to));
            channel.flush();
        });
        channel.writeAndFlush(packet(9, to)).sync();
        for (int length : new int[] {1, 2, 4, 0, 9}) {
            assertThat(inbox.nextLength()).isEqualTo(length);
        }
        loops.turn();
        assertThat(inbox.letters).isEmpty();
    }

    @Test
    void buffersOfEveryKindAreSent() throws Exception {
        byte[] bytes = Digest.bytes(120, 5);
        CompositeByteBuf few = Unpooled.compositeBuffer();
        CompositeByteBuf many = Unpooled.compositeBuffer(1000);
        CompositeByteBuf mixed = Unpooled.compositeBuffer();
        for (int i = 0; i < bytes.length; i += 20) {
            few.addComponent(true, Digest.direct(bytes).setIndex(i, i + 20));
            few.addComponent(true, Unpooled.EMPTY_BUFFER);
            mixed.addComponent(
                    true,
                    i % 40 == 0
                            ? Unpooled.wrappedBuffer(bytes, i, 20)
                            : Digest.direct(bytes).setIndex(i, i + 20));
        }
        for (int i = 0; i < bytes.length; i++) {
            many.addComponent(true, Digest.direct(bytes).setIndex(i, i + 1));
        }
        List<ByteBuf> contents = List.of(
                Unpooled.wrappedBuffer(bytes),
                Digest.direct(bytes),
                Digest.direct(bytes).asReadOnly(),
                few,
                many,
                mixed);
        inOneTurn(() -> {
            contents.forEach(content -> channel.write(new DatagramPacket(content, to)));
            channel.flush();
        });
        for (int i = 0; i < contents.size(); i++) {
            assertThat(inbox.nextBytes()).as("buffer %d", i).isEqualTo(bytes);
        }
        assertThat(contents).allSatisfy(content -> assertThat(content.refCnt()).isZero());
    }

    @Test
    void onAConnectedSocketTheRecipientMayBeLeftOut() throws Exception {
        channel.connect(to).sync();
        inOneTurn(() -> {
            channel.write(Udp.direct(1));
            channel.write(new DefaultAddressedEnvelope<>(Udp.direct(2), null, to));
            channel.write(new DefaultAddressedEnvelope<>(Unpooled.wrappedBuffer(new byte[3]), null, to));
            channel.flush();
        });
        for (int length : new int[] {1, 2, 3}) {
            assertThat(inbox.nextLength()).isEqualTo(length);
        }
    }

    /** An empty buffer marks the completion of earlier writes; Netty's channels send no datagram for it either. */
    @Test
    void anEmptyBufferIsNoDatagram() throws Exception {
        assertThat(channel.writeAndFlush(Unpooled.EMPTY_BUFFER).sync().isSuccess())
                .isTrue();
        channel.connect(to).sync();
        Deltas deltas = new Deltas(loops);
        List<ChannelFuture> futures = new ArrayList<>();
        inOneTurn(() -> {
            for (Object message : new Object[] {
                Udp.direct(0),
                Udp.direct(1),
                Unpooled.EMPTY_BUFFER,
                Unpooled.buffer(),
                new DefaultAddressedEnvelope<>(Unpooled.EMPTY_BUFFER, null, to),
                packet(0, to),
                Udp.direct(2),
                Udp.direct(0)
            }) {
                futures.add(channel.write(message));
            }
            channel.flush();
        });
        for (ChannelFuture future : futures) {
            assertThat(future.sync().isSuccess()).isTrue();
        }
        for (int length : new int[] {1, 0, 2}) {
            assertThat(inbox.nextLength()).isEqualTo(length);
        }
        loops.turn();
        assertThat(inbox.letters).isEmpty();
        assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(1);
    }

    @Test
    void withoutARecipientThereMustBeAPeer() throws Exception {
        ByteBuf content = Udp.direct(1);
        assertThat(channel.writeAndFlush(content).await().cause())
                .isInstanceOf(NotYetConnectedException.class) // as Netty's own channels
                .cause()
                .hasMessageContaining("EDESTADDRREQ")
                .hasMessageContaining("name a recipient");
        assertThat(content.refCnt()).isZero();
    }

    @Test
    void whatIsNoDatagramIsRefused() throws Exception {
        assertThat(channel.writeAndFlush("text").await().cause())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("not String");
        assertThat(channel.writeAndFlush(new DefaultAddressedEnvelope<>("text", to))
                        .await()
                        .cause())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void broadcastTakesPermission() throws Exception {
        InetSocketAddress everybody = new InetSocketAddress("127.255.255.255", to.getPort());
        FdDatagramChannel ipv4 = Udp.bind(Udp.bootstrap(loops, SocketProtocolFamily.INET, new Mailbox()));
        assertThat(ipv4.writeAndFlush(packet(1, everybody)).await().cause())
                .hasMessageContaining("EACCES")
                .hasMessageContaining("SO_BROADCAST");
        Mailbox all = new Mailbox();
        InetSocketAddress wildcard = (InetSocketAddress) Udp.bootstrap(loops, SocketProtocolFamily.INET, all)
                .bind(new InetSocketAddress("0.0.0.0", 0))
                .sync()
                .channel()
                .localAddress();
        ipv4.config().setOption(ChannelOption.SO_BROADCAST, true);
        ipv4.writeAndFlush(packet(3, new InetSocketAddress("127.255.255.255", wildcard.getPort())))
                .sync();
        assertThat(all.nextLength()).isEqualTo(3);
    }

    @Test
    void aPeerThatIsNotThereFailsTheNextDatagramAlone() throws Exception {
        InetSocketAddress nobody;
        try (DatagramSocket socket = new DatagramSocket(Loops.anyPort())) {
            nobody = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        FdDatagramChannel silent = Udp.bind(Udp.bootstrap(loops, new Mailbox())
                .option(ChannelOption.AUTO_READ, false)); // no read consumes the error
        silent.connect(nobody).sync();
        silent.writeAndFlush(Udp.direct(1)).sync();
        assertThat(silent.writeAndFlush(Udp.direct(1)).await().cause())
                .isInstanceOf(PortUnreachableException.class)
                .hasMessageContaining("ECONNREFUSED");
        assertThat(silent.writeAndFlush(Udp.direct(1)).await().isSuccess()).isTrue();
        assertThat(silent.isOpen()).isTrue();
    }

    @Test
    void theKernelCutsSegments() throws Exception {
        assumeTrue(FdDatagramChannel.isSegmentedDatagramPacketSupported(), "no UDP_SEGMENT");
        byte[] bytes = Digest.bytes(2500, 3);
        Deltas deltas = new Deltas(loops);
        inOneTurn(() -> {
            channel.write(packet(5, to));
            channel.write(new SegmentedDatagramPacket(Digest.direct(bytes), 1000, to));
            channel.write(new SegmentedDatagramPacket(Unpooled.wrappedBuffer(bytes), 2000, to)); // copied
            channel.write(new SegmentedDatagramPacket(Udp.direct(7), 1000, to)); // one segment
            channel.flush();
        });
        for (int length : new int[] {5, 1000, 1000, 500, 2000, 500, 7}) {
            assertThat(inbox.nextLength()).isEqualTo(length);
        }
        loops.turn();
        assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(1);
        assertThat(channel.writeAndFlush(new SegmentedDatagramPacket(Udp.direct(70_000), 100_000, to))
                        .await()
                        .isSuccess())
                .isFalse();
    }

    @Test
    void segmentsOfASizeThatIsNoneFailAlone() throws Exception {
        assumeTrue(FdDatagramChannel.isSegmentedDatagramPacketSupported(), "no UDP_SEGMENT");
        List<ChannelFuture> futures = new ArrayList<>();
        inOneTurn(() -> {
            futures.add(channel.write(packet(1, to)));
            futures.add(channel.write(new SegmentedDatagramPacket(Udp.direct(80_000), 70_000, to)));
            futures.add(channel.write(packet(2, to)));
            channel.flush();
        });
        assertThat(inbox.nextLength()).isEqualTo(1);
        assertThat(inbox.nextLength()).isEqualTo(2);
        assertThat(futures.get(0).sync().isSuccess()).isTrue();
        assertThat(futures.get(1).await().cause()).hasMessageContaining("EMSGSIZE");
        assertThat(futures.get(2).sync().isSuccess()).isTrue();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void toThePeerSegmentsGoToo() throws Exception {
        assumeTrue(FdDatagramChannel.isSegmentedDatagramPacketSupported(), "no UDP_SEGMENT");
        channel.connect(to).sync();
        inOneTurn(() -> {
            channel.write(new SegmentedDatagramPacket(Udp.direct(25), 10, null, channel.localAddress()));
            channel.write(new SegmentedDatagramPacket(
                    Unpooled.wrappedBuffer(new byte[15]), 10, null, channel.localAddress())); // copied
            channel.flush();
        });
        for (int length : new int[] {10, 10, 5, 10, 5}) {
            assertThat(inbox.nextLength()).isEqualTo(length);
        }
    }

    @Test
    void beforeTheChannelIsActiveNothingIsSent() throws Exception {
        FdDatagramChannel registered = (FdDatagramChannel)
                Udp.bootstrap(loops, new Mailbox()).register().sync().channel();
        assertThat(registered.writeAndFlush(packet(1, to)).await().cause())
                .isInstanceOf(NotYetConnectedException.class);
    }

    @Test
    void callbacksThatSendMoreLeaveTheLoopToOthers() throws Exception {
        int count = 1000;
        Deltas deltas = new Deltas(loops);
        inOneTurn(() -> again(count));
        for (int i = 0; i < count; i++) {
            assertThat(inbox.nextLength()).isEqualTo(1);
        }
        // Each callback's datagram was written in a turn of its own.
        assertThat(deltas.of(Counter.WRITE_ATTEMPTS)).isEqualTo(count);
    }

    private void again(int left) {
        if (left > 0) {
            channel.writeAndFlush(packet(1, to)).addListener(sent -> again(left - 1));
        }
    }

    @Test
    void closingSendsWhatWasFlushedBefore() throws Exception {
        inOneTurn(() -> {
            channel.writeAndFlush(packet(3, to));
            channel.close();
        });
        assertThat(inbox.nextLength()).isEqualTo(3);
    }

    @Test
    void soItDoesWhateverOneTurnMaySend() throws Exception {
        channel.config().setOption(ChannelOption.MAX_MESSAGES_PER_WRITE, 1);
        inOneTurn(() -> {
            for (int i = 0; i < 20; i++) {
                channel.write(packet(i, to));
            }
            channel.flush();
            channel.close();
        });
        for (int i = 0; i < 20; i++) {
            assertThat(inbox.nextLength()).isEqualTo(i);
        }
    }

    @Test
    void aCallbackThatClosesEndsTheSending() throws Exception {
        List<ChannelFuture> futures = new ArrayList<>();
        inOneTurn(() -> {
            for (int i = 0; i < 70; i++) {
                futures.add(channel.write(packet(1, to)));
            }
            futures.getFirst().addListener(sent -> channel.close());
            channel.flush();
        });
        channel.closeFuture().sync();
        for (ChannelFuture future : futures) {
            assertThat(future.await(10_000)).isTrue();
        }
        assertThat(futures.getFirst().isSuccess()).isTrue();
        assertThat(futures.getLast().isSuccess()).isFalse();
    }
}
