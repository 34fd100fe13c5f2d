package io.fdflux.netty.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.DatagramTruncatedException;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.IncomingDatagrams;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.PreferHeapByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Received datagrams: as many per call as configured, no more than demanded, and none truncated silently. */
@OnEveryPoller
class ReceiveTest {

    private static final int ROOM = 2048; // the default size of a buffer

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Mailbox inbox = new Mailbox();
    private DatagramSocket sender;

    @BeforeEach
    void open() throws IOException {
        sender = new DatagramSocket(Loops.anyPort());
    }

    @AfterEach
    void close() {
        sender.close();
    }

    private Bootstrap pulling(int maxMessagesPerRead, int bufferBytes) {
        return Udp.bootstrap(loops, inbox)
                .option(ChannelOption.AUTO_READ, false)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(bufferBytes).maxMessagesPerRead(maxMessagesPerRead));
    }

    private void send(FdDatagramChannel to, int... lengths) throws IOException {
        for (int length : lengths) {
            Udp.send(sender, to.localAddress(), length);
        }
    }

    @Test
    void anAllocatorMayPreferTheHeap() throws Exception {
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox)
                .option(ChannelOption.ALLOCATOR, new PreferHeapByteBufAllocator(ByteBufAllocator.DEFAULT)));
        send(channel, 7);
        assertThat(inbox.nextLength()).isEqualTo(7);
    }

    /** The memory is exhausted, or the user's allocator has a bug. */
    @Test
    void failedAllocationsAreReportedAndNothingIsLost() throws Exception {
        int times = 20; // enough to make the channel back off
        AtomicInteger left = new AtomicInteger(times);
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(ROOM) {
                    @Override
                    @SuppressWarnings("deprecation")
                    public Handle newHandle() {
                        return new MaxMessageHandle() {
                            @Override
                            public int guess() {
                                return ROOM;
                            }

                            @Override
                            public ByteBuf allocate(ByteBufAllocator allocator) {
                                if (left.getAndDecrement() <= 0) {
                                    return super.allocate(allocator);
                                }
                                if (left.get() % 2 == 0) {
                                    throw new OutOfMemoryError("of a test");
                                }
                                throw new IllegalStateException("of a test");
                            }
                        };
                    }
                }));
        send(channel, 5);
        assertThat(inbox.nextLength()).isEqualTo(5);
        assertThat(inbox.failures)
                .hasSize(times)
                .extracting(Throwable::getMessage)
                .containsOnly("of a test");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void oneReadIsOneCallAndOneDatagram() throws Exception {
        FdDatagramChannel channel = Udp.bind(pulling(1, ROOM));
        send(channel, 1, 2, 3);
        loops.turn();
        assertThat(inbox.letters).isEmpty();
        for (int length = 1; length <= 3; length++) {
            Deltas deltas = new Deltas(loops);
            channel.read();
            assertThat(inbox.nextLength()).isEqualTo(length);
            loops.turn();
            assertThat(inbox.letters).isEmpty();
            assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(1);
            assertThat(inbox.readCompletes).hasValue(length);
        }
    }

    @Test
    void oneCallTakesWhatTheBufferAndMaxMessagesPerReadAllow() throws Exception {
        assumeTrue(IncomingDatagrams.severalAtOnce(), "no recvmmsg");
        FdDatagramChannel channel = Udp.bind(pulling(5, 4000).option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 500));
        for (int i = 1; i <= 20; i++) {
            send(channel, i);
        }
        Deltas deltas = new Deltas(loops);
        channel.read();
        for (int i = 1; i <= 5; i++) { // the buffer's capacity is 8
            assertThat(inbox.nextLength()).isEqualTo(i);
        }
        loops.turn();
        assertThat(inbox.letters).isEmpty();
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(1);
        assertThat(deltas.of(Counter.BYTES_READ)).isEqualTo(15);
        assertThat(inbox.readCompletes).hasValue(1);
        Mailbox other = new Mailbox();
        FdDatagramChannel second = Udp.bind(pulling(100, 1200)
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 500)
                .handler(other));
        send(second, 1, 2, 3);
        second.read();
        assertThat(other.nextLength()).isEqualTo(1);
        assertThat(other.nextLength()).isEqualTo(2); // the buffer's capacity is 2
        loops.turn();
        assertThat(other.letters).isEmpty();
    }

    @Test
    void withAutoReadTwentyDatagramsAreFewCalls() throws Exception {
        assumeTrue(IncomingDatagrams.severalAtOnce(), "no recvmmsg");
        FdDatagramChannel channel =
                Udp.bind(pulling(16, 64 * 100).option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 100));
        for (int i = 0; i < 40; i++) {
            send(channel, i);
        }
        Deltas deltas = new Deltas(loops);
        channel.config().setAutoRead(true);
        for (int i = 0; i < 40; i++) {
            assertThat(inbox.next().bytes()).hasSize(i);
        }
        loops.turn();
        // 16, 16 and 8 datagrams, and one call that finds none.
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(4);
    }

    @Test
    void oneThatIsCutIsReportedAndNothingElseIsLost() throws Exception {
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox));
        send(channel, 1, ROOM, ROOM + 1, 2, 60_000, 3);
        for (int length : new int[] {1, ROOM, 2, 3}) {
            assertThat(inbox.nextLength()).isEqualTo(length);
        }
        assertTruncated(inbox.nextFailure(), ROOM + 1, ROOM);
        assertTruncated(inbox.nextFailure(), 60_000, ROOM);
        assertThat(inbox.failures).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }

    private void assertTruncated(Object report, int length, int room) {
        assertThat(report).isInstanceOfSatisfying(DatagramTruncatedException.class, truncated -> {
            assertThat(truncated.sender()).isEqualTo(sender.getLocalSocketAddress());
            assertThat(truncated.bufferBytes()).isEqualTo(room);
            assertThat(truncated.length())
                    .isEqualTo(
                            Platform.current().os() == Platform.Os.LINUX ? length : DatagramTruncatedException.UNKNOWN);
            assertThat(truncated).hasMessageContaining("RECVBUF_ALLOCATOR");
        });
    }

    @Test
    void aReadIsAnsweredByOneThatIsNotCut() throws Exception {
        FdDatagramChannel channel = Udp.bind(pulling(1, 100));
        send(channel, 101, 102, 5, 6);
        channel.read();
        assertThat(inbox.nextLength()).isEqualTo(5);
        assertTruncated(inbox.nextFailure(), 101, 100);
        assertTruncated(inbox.nextFailure(), 102, 100);
        loops.turn();
        assertThat(inbox.letters).isEmpty();
        channel.read();
        assertThat(inbox.nextLength()).isEqualTo(6);
    }

    /** A handler that has enough after the first failure. */
    private static Mailbox enough() {
        return new Mailbox() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                context.channel().config().setAutoRead(false);
                super.exceptionCaught(context, cause);
            }
        };
    }

    /** The pending read() is cancelled. */
    @Test
    void aHandlerThatSwitchesAutoReadOffWhenOneIsCutGetsNothingMore() throws Exception {
        Mailbox mailbox = enough();
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, mailbox));
        send(channel, ROOM + 1);
        assertThat(mailbox.nextFailure()).isInstanceOf(DatagramTruncatedException.class);
        assertOnDemandAlone(channel, mailbox);
    }

    @Test
    void norWhenAReadFails() throws Exception {
        Mailbox mailbox = enough();
        InetSocketAddress gone = (InetSocketAddress) sender.getLocalSocketAddress();
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, mailbox));
        channel.connect(gone).sync();
        sender.close();
        channel.writeAndFlush(Udp.direct(1)).sync();
        assertThat(mailbox.nextFailure()).isInstanceOf(PortUnreachableException.class);
        sender = new DatagramSocket(gone);
        assertOnDemandAlone(channel, mailbox);
    }

    private void assertOnDemandAlone(FdDatagramChannel channel, Mailbox mailbox) throws Exception {
        send(channel, 1);
        loops.turn();
        assertThat(mailbox.letters).isEmpty();
        channel.read();
        assertThat(mailbox.nextLength()).isEqualTo(1);
    }

    @Test
    void severalInOneCallAreCutAlone() throws Exception {
        assumeTrue(IncomingDatagrams.severalAtOnce(), "no recvmmsg");
        FdDatagramChannel channel = Udp.bind(pulling(16, 1000).option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 100));
        send(channel, 99, 100, 101, 0, 250);
        channel.read();
        for (int length : new int[] {99, 100, 0}) {
            assertThat(inbox.nextLength()).isEqualTo(length);
        }
        assertTruncated(inbox.nextFailure(), 101, 100);
        assertTruncated(inbox.nextFailure(), 250, 100);
    }

    @Test
    void theReportMayBeAnEvent() throws Exception {
        FdDatagramChannel channel =
                Udp.bind(Udp.bootstrap(loops, inbox).option(FdChannelOption.DATAGRAM_TRUNCATION_AS_EVENT, true));
        send(channel, ROOM + 1, ROOM + 2, 1);
        assertThat(inbox.nextLength()).isEqualTo(1);
        assertThat(inbox.events).hasSize(2);
        assertTruncated(inbox.events.getFirst(), ROOM + 1, ROOM);
        assertThat(inbox.failures).isEmpty();
    }

    @Test
    void whatTheKernelHasJoinedIsDeliveredAsItWas() throws Exception {
        assumeTrue(FdDatagramChannel.isSegmentedDatagramPacketSupported(), "no UDP_GRO");
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox)
                .option(FdChannelOption.UDP_GRO, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(65_536)));
        assertThat(channel.config().getOption(FdChannelOption.UDP_GRO)).isTrue();
        FdDatagramChannel from = Udp.bind(Udp.bootstrap(loops, new Mailbox()).option(ChannelOption.AUTO_READ, false));
        loops.turn();
        Deltas deltas = new Deltas(loops);
        from.writeAndFlush(new SegmentedDatagramPacket(Udp.direct(4500), 1000, channel.localAddress()))
                .sync();
        for (int length : new int[] {1000, 1000, 1000, 1000, 500}) {
            Mailbox.Letter letter = inbox.next();
            assertThat(letter.bytes()).hasSize(length);
            assertThat(letter.sender()).isEqualTo(from.localAddress());
        }
        loops.turn();
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(2); // the second finds none
        send(channel, 10);
        assertThat(inbox.nextLength()).isEqualTo(10);
    }

    @Test
    void ofJoinedOnesThoseThatFitAreDelivered() throws Exception {
        assumeTrue(FdDatagramChannel.isSegmentedDatagramPacketSupported(), "no UDP_GRO");
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(ROOM))
                .option(FdChannelOption.UDP_GRO, true));
        FdDatagramChannel from = Udp.bind(loops, new Mailbox());
        from.writeAndFlush(new SegmentedDatagramPacket(Udp.direct(4500), 900, channel.localAddress()))
                .sync();
        assertThat(inbox.nextLength()).isEqualTo(900);
        assertThat(inbox.nextLength()).isEqualTo(900);
        assertThat(inbox.nextFailure()).isInstanceOf(DatagramTruncatedException.class);
        assertThat(inbox.letters).isEmpty();
    }

    @Test
    void aHandlerThatClosesGetsWhatWasTakenAlready() throws Exception {
        assumeTrue(IncomingDatagrams.severalAtOnce(), "no recvmmsg");
        AtomicInteger seen = new AtomicInteger();
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        ((DatagramPacket) message).release();
                        seen.incrementAndGet();
                        context.close();
                    }
                })
                .option(ChannelOption.AUTO_READ, false)
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 100));
        send(channel, 1, 2, 3);
        channel.read();
        channel.closeFuture().sync();
        await().until(() -> seen.get() == 3);
    }

    @Test
    void aFloodIsReceivedInBoundedMemory() throws Exception {
        int count = 100_000;
        AtomicInteger received = new AtomicInteger();
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        ByteBuf content = ((DatagramPacket) message).content();
                        assertThat(content.readableBytes()).isEqualTo(32);
                        content.release();
                        received.incrementAndGet();
                    }
                })
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 64));
        InetSocketAddress to = channel.localAddress();
        byte[] bytes = new byte[32];
        for (int i = 0; i < count; i++) {
            sender.send(new java.net.DatagramPacket(bytes, bytes.length, to));
            if (i % 1000 == 0) { // the kernel drops datagrams beyond the receive buffer: most of them
                loops.turn();
            }
        }
        await().until(() -> {
            int before = received.get();
            loops.turn();
            return received.get() == before;
        });
        int flood = received.get();
        assertThat(flood).isBetween(count / 100, count);
        send(channel, 32);
        await().until(() -> received.get() == flood + 1);
    }

    @Test
    void optionsOfWrongValuesAreRefused() {
        FdDatagramChannel channel = Udp.bind(loops, inbox);
        assertThatThrownBy(() -> channel.config().setOption(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MAX_DATAGRAM_PAYLOAD_SIZE");
        assertThat(channel.config().setOption(ChannelOption.valueOf("MAX_DATAGRAM_PAYLOAD_SIZE"), 100))
                .isTrue(); // Netty's constant
        assertThat(channel.config().getOption(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE))
                .isEqualTo(IncomingDatagrams.severalAtOnce() ? 100 : 0);
    }
}
