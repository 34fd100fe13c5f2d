package io.fdflux.netty.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.posix.socket.IncomingDatagrams;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramPacket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several datagrams per call, with the lengths and buffers of Netty's own test of recvmmsg. */
@OnEveryPoller
class ScatteringReadTest {

    private static final int PACKET = Long.BYTES;
    private static final int PACKETS = 4;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Mailbox inbox = new Mailbox();
    private FdDatagramChannel sender;

    @BeforeEach
    void open() {
        assumeTrue(IncomingDatagrams.severalAtOnce(), "no recvmmsg");
        sender = Udp.bind(loops, new Mailbox());
    }

    /** Counts the datagrams before each readComplete. */
    private static final class Counting extends ChannelInboundHandlerAdapter {
        private final List<Integer> counts = new CopyOnWriteArrayList<>();
        private int count;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            count++;
            context.fireChannelRead(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            counts.add(count);
            count = 0;
            context.read(); // one too many, because auto-read reads too
            context.fireChannelReadComplete();
        }
    }

    /** The maximum size is twice the datagrams' size, so that buffers are never full. */
    @ParameterizedTest(name = "connected {0}, room for half of them {1}")
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void eachComesWholeWithItsSender(boolean connected, boolean partial) throws Exception {
        Counting counting = new Counting();
        int room = PACKET * (partial ? PACKETS / 2 : PACKETS);
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox)
                .option(ChannelOption.AUTO_READ, false)
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, PACKET * 2)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(PACKET, room, 64 * 1024).maxMessagesPerRead(PACKETS * 2)));
        channel.pipeline().addFirst(counting);
        if (connected) {
            channel.connect(sender.localAddress()).sync();
        }
        sender.eventLoop()
                .submit(() -> {
                    for (long i = 0; i < PACKETS; i++) {
                        sender.write(new DatagramPacket(
                                sender.alloc().directBuffer(PACKET).writeLong(i), channel.localAddress()));
                    }
                    sender.flush();
                })
                .sync();
        loops.turn();
        assertThat(inbox.letters).isEmpty();
        Deltas deltas = new Deltas(loops);
        channel.config().setAutoRead(true);
        for (long i = 0; i < PACKETS; i++) {
            Mailbox.Letter letter = inbox.next();
            assertThat(letter.sender()).isEqualTo(sender.localAddress());
            assertThat(letter.recipient()).isEqualTo(channel.localAddress());
            assertThat(letter.bytes()).hasSize(PACKET);
            assertThat(ByteBuffer.wrap(letter.bytes()).getLong()).isEqualTo(i);
        }
        loops.turn();
        assertThat(counting.counts).containsExactly(PACKETS);
        int together = partial ? 1 : 2;
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(PACKETS / together + 1); // the last call finds none
        assertThat(inbox.failures).isEmpty();
    }

    @ParameterizedTest(name = "connected {0}")
    @ValueSource(booleans = {false, true})
    void aBufferOfOneDatagramTakesOne(boolean connected) throws Exception {
        byte[] sent = Digest.bytes(16, 9);
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox)
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 1400)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(1400, 1400, 64 * 1024)));
        if (connected) {
            channel.connect(sender.localAddress()).sync();
        }
        sender.writeAndFlush(new DatagramPacket(Digest.direct(sent), channel.localAddress()))
                .sync();
        Mailbox.Letter letter = inbox.next();
        assertThat(letter.sender()).isEqualTo(sender.localAddress());
        assertThat(letter.bytes()).isEqualTo(sent);
        assertThat(inbox.failures).isEmpty();
    }

    /** A connected socket receives no stranger's datagrams, but all of its peer's. */
    @Test
    void aConnectedSocketTakesItsPeersAlone() throws Exception {
        FdDatagramChannel stranger = Udp.bind(loops, new Mailbox());
        FdDatagramChannel channel = Udp.bind(Udp.bootstrap(loops, inbox)
                .option(ChannelOption.AUTO_READ, false)
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 100));
        channel.connect(sender.localAddress()).sync();
        for (int length = 1; length <= PACKETS; length++) {
            (length == 2 ? stranger : sender)
                    .writeAndFlush(Udp.packet(length, channel.localAddress()))
                    .sync();
        }
        channel.config().setAutoRead(true);
        for (int length : new int[] {1, 3, 4}) {
            assertThat(inbox.nextLength()).isEqualTo(length);
        }
    }
}
