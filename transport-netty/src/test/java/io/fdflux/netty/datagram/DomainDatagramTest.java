package io.fdflux.netty.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.DatagramTruncatedException;
import io.fdflux.netty.Deltas;
import io.fdflux.netty.Digest;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDomainDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.posix.platform.Platform;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.FileNotFoundException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unix-domain datagrams: none is lost, whichever side is slow; names, and unnamed sockets. */
@OnEveryPoller
class DomainDatagramTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    @TempDir
    Path directory;

    private final Mailbox inbox = new Mailbox();
    private int names;

    private DomainSocketAddress newName() {
        return new DomainSocketAddress(directory.resolve("socket" + names++).toString());
    }

    private Bootstrap bootstrap(Mailbox mailbox) {
        return new Bootstrap()
                .group(loops.group())
                .channel(FdDomainDatagramChannel.class)
                .handler(mailbox);
    }

    private FdDomainDatagramChannel bind(Mailbox mailbox) {
        return bind(bootstrap(mailbox));
    }

    private FdDomainDatagramChannel bind(Bootstrap bootstrap) {
        return (FdDomainDatagramChannel)
                bootstrap.bind(newName()).syncUninterruptibly().channel();
    }

    private static DomainDatagramPacket packet(int length, DomainSocketAddress to) {
        return new DomainDatagramPacket(Udp.direct(length), to);
    }

    @Test
    void datagramsGoBothWays() throws Exception {
        Mailbox answers = new Mailbox();
        FdDomainDatagramChannel channel = bind(inbox);
        FdDomainDatagramChannel other = bind(answers);
        assertThat(channel).isInstanceOf(DomainDatagramChannel.class);
        assertThat(channel.isActive()).isTrue();
        await().untilAsserted(() -> assertThat(inbox.actives).hasValue(1));
        byte[] bytes = Digest.bytes(1000, 1);
        other.writeAndFlush(new DomainDatagramPacket(Digest.direct(bytes), channel.localAddress()))
                .sync();
        Mailbox.Letter letter = inbox.next();
        assertThat(letter.bytes()).isEqualTo(bytes);
        assertThat(letter.sender()).isEqualTo(other.localAddress());
        assertThat(letter.recipient()).isEqualTo(channel.localAddress());
        channel.write(new DomainDatagramPacket(Unpooled.wrappedBuffer(bytes), other.localAddress()));
        channel.write(new DefaultAddressedEnvelope<>(Unpooled.wrappedBuffer(bytes), other.localAddress()));
        channel.write(packet(0, other.localAddress()));
        channel.flush();
        assertThat(answers.nextBytes()).isEqualTo(bytes);
        assertThat(answers.nextBytes()).isEqualTo(bytes);
        assertThat(answers.nextLength()).isZero();
    }

    @Test
    void aSocketWithoutANameSendsAndHasAnEmptyPath() throws Exception {
        FdDomainDatagramChannel channel = bind(inbox);
        FdDomainDatagramChannel unnamed = (FdDomainDatagramChannel)
                bootstrap(new Mailbox()).connect(channel.localAddress()).sync().channel();
        assertThat(unnamed.isConnected()).isTrue();
        assertThat(unnamed.remoteAddress()).isEqualTo(channel.localAddress());
        assertThat(unnamed.localAddress().path()).isEmpty();
        unnamed.writeAndFlush(Udp.direct(3)).sync();
        Mailbox.Letter letter = inbox.next();
        assertThat(letter.bytes()).hasSize(3);
        DomainSocketAddress sender = (DomainSocketAddress) letter.sender();
        assertThat(sender.path()).isEmpty();
        assertThat(channel.writeAndFlush(packet(1, sender)).await().cause()).hasMessageContaining("path is empty");
        unnamed.disconnect().sync();
        assertThat(unnamed.isConnected()).isFalse();
        unnamed.writeAndFlush(packet(4, channel.localAddress())).sync();
        assertThat(inbox.nextLength()).isEqualTo(4);
    }

    @Test
    void aConnectedSocketTakesItsPeersOnly() throws Exception {
        FdDomainDatagramChannel peer = bind(new Mailbox());
        FdDomainDatagramChannel channel = bind(inbox);
        channel.connect(peer.localAddress()).sync();
        FdDomainDatagramChannel stranger = bind(new Mailbox());
        peer.writeAndFlush(packet(2, channel.localAddress())).sync();
        assertThat(inbox.nextLength()).isEqualTo(2);
        assertThat(stranger.writeAndFlush(packet(1, channel.localAddress()))
                        .await()
                        .isSuccess())
                .isFalse();
    }

    @Test
    void namesOfTheAbstractNamespace() throws Exception {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX, "Linux has it");
        DomainSocketAddress name = new DomainSocketAddress("\0fdflux-" + System.nanoTime());
        bootstrap(inbox).bind(name).sync();
        bind(new Mailbox()).writeAndFlush(packet(6, name)).sync();
        assertThat(inbox.nextLength()).isEqualTo(6);
    }

    @Test
    void theJdksAddressesAreTakenToo() throws Exception {
        FdDomainDatagramChannel channel = bind(inbox);
        FdDomainDatagramChannel other = bind(new Mailbox());
        other.connect(UnixDomainSocketAddress.of(channel.localAddress().path())).sync();
        other.writeAndFlush(Udp.direct(2)).sync();
        assertThat(inbox.nextLength()).isEqualTo(2);
    }

    @Test
    void refusalsSayWhy() throws Exception {
        FdDomainDatagramChannel channel = bind(inbox);
        assertThat(bootstrap(new Mailbox()).bind(channel.localAddress()).await().cause())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("an open socket has that name");
        String tooLong = directory.resolve("x".repeat(120)).toString();
        assertThat(bootstrap(new Mailbox())
                        .bind(new DomainSocketAddress(tooLong))
                        .await()
                        .cause())
                .hasMessageContaining("ENAMETOOLONG");
        assertThat(channel.writeAndFlush(packet(1, new DomainSocketAddress(tooLong)))
                        .await()
                        .cause())
                .hasMessageContaining("ENAMETOOLONG");
        assertThat(channel.writeAndFlush(packet(1, newName())).await().cause())
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("no socket has that path");
        assertThat(channel.writeAndFlush(new DefaultAddressedEnvelope<>(Udp.direct(1), new InetSocketAddress(1)))
                        .await()
                        .cause())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DomainSocketAddress");
        assertThat(channel.connect(newName()).await().cause()).isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() ->
                        bootstrap(new Mailbox()).bind(new InetSocketAddress(0)).sync())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void theSenderIsNotifiedOfALostReceiver() throws Exception {
        FdDomainDatagramChannel gone = bind(new Mailbox());
        FdDomainDatagramChannel channel = bind(inbox);
        DomainSocketAddress name = gone.localAddress();
        gone.close().sync();
        assertThat(channel.writeAndFlush(packet(1, name)).await().cause())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("ECONNREFUSED");
        FdDomainDatagramChannel second = bind(new Mailbox());
        channel.connect(second.localAddress()).sync();
        second.close().sync();
        assertThat(channel.writeAndFlush(Udp.direct(1)).await().cause()).isInstanceOf(PortUnreachableException.class);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void oneThatIsCutIsReported() throws Exception {
        FdDomainDatagramChannel channel = bind(inbox);
        FdDomainDatagramChannel other = bind(new Mailbox());
        for (int length : new int[] {5000, 1}) {
            other.writeAndFlush(packet(length, channel.localAddress())).sync();
        }
        assertThat(inbox.nextFailure()).isInstanceOfSatisfying(DatagramTruncatedException.class, truncated -> {
            assertThat(truncated.sender()).isEqualTo(other.localAddress());
            assertThat(truncated.bufferBytes()).isEqualTo(2048);
        });
        assertThat(inbox.nextLength()).isEqualTo(1);
    }

    @Test
    void severalMoveInOneCall() throws Exception {
        FdDomainDatagramChannel channel = bind(bootstrap(inbox)
                .option(ChannelOption.AUTO_READ, false)
                .option(FdChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 100));
        FdDomainDatagramChannel other = bind(bootstrap(new Mailbox()).option(ChannelOption.AUTO_READ, false));
        Deltas deltas = new Deltas(loops);
        other.eventLoop()
                .submit(() -> {
                    for (int i = 0; i < 5; i++) {
                        other.writeAndFlush(packet(i, channel.localAddress()));
                    }
                })
                .sync();
        loops.turn();
        assertThat(deltas.of(Counter.WRITE_CALLS)).isEqualTo(1);
        channel.read();
        for (int i = 0; i < 5; i++) {
            assertThat(inbox.nextLength()).isEqualTo(i);
        }
        assertThat(deltas.of(Counter.READ_CALLS)).isEqualTo(1);
    }

    @Test
    void withAFullReceiverWhatIsSentWaits() throws Exception {
        assertNothingIsLost(false);
    }

    @Test
    void soItDoesOnAConnectedSocket() throws Exception {
        assertNothingIsLost(true);
    }

    private void assertNothingIsLost(boolean connected) throws Exception {
        int count = 2000;
        FdDomainDatagramChannel channel = bind(bootstrap(inbox).option(ChannelOption.AUTO_READ, false));
        FdDomainDatagramChannel sender = bind(new Mailbox());
        if (connected) {
            sender.connect(channel.localAddress()).sync();
        }
        List<ChannelFuture> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(sender.writeAndFlush(
                    connected ? Udp.direct(1 + i % 100) : packet(1 + i % 100, channel.localAddress())));
        }
        loops.turn();
        assertThat(futures.getLast().isDone()).isFalse();
        channel.config().setAutoRead(true);
        for (int i = 0; i < count; i++) {
            assertThat(inbox.nextLength()).isEqualTo(1 + i % 100);
        }
        for (ChannelFuture future : futures) {
            assertThat(future.sync().isSuccess()).isTrue();
        }
    }

    /** Others' datagrams fill the receiver, so no event reports its capacity to this sender. */
    @Test
    void soItDoesWhereOthersHaveFilledTheReceiver() throws Exception {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX, "the BSDs answer ENOBUFS");
        FdDomainDatagramChannel channel = bind(bootstrap(inbox).option(ChannelOption.AUTO_READ, false));
        FdDomainDatagramChannel filler = bind(new Mailbox());
        FdDomainDatagramChannel sender = bind(new Mailbox());
        List<ChannelFuture> fillings = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            fillings.add(filler.writeAndFlush(packet(1, channel.localAddress())));
        }
        loops.turn();
        filler.close().sync(); // fails its pending writes; sent datagrams stay in the receiver
        long taken = fillings.stream().filter(ChannelFuture::isSuccess).count();
        assertThat(taken).isBetween(1L, 999L);
        ChannelFuture sent = sender.writeAndFlush(packet(2, channel.localAddress()));
        loops.turn();
        assertThat(sent.isDone()).isFalse();
        channel.config().setAutoRead(true);
        for (int i = 0; i < taken; i++) {
            assertThat(inbox.nextLength()).isEqualTo(1);
        }
        assertThat(inbox.nextLength()).isEqualTo(2);
        assertThat(sent.sync().isSuccess()).isTrue();
        sender.writeAndFlush(packet(3, channel.localAddress())).sync(); // the sender continues
        assertThat(inbox.nextLength()).isEqualTo(3);
    }

    @ParameterizedTest(name = "connected to another: {0}")
    @ValueSource(booleans = {true, false})
    void aFullReceiverIsNotTriedWithoutPause(boolean connected) throws Exception {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX, "the BSDs answer ENOBUFS");
        FdDomainDatagramChannel channel = bind(bootstrap(inbox).option(ChannelOption.AUTO_READ, false));
        FdDomainDatagramChannel sender = bind(new Mailbox());
        if (connected) {
            sender.connect(bind(new Mailbox()).localAddress()).sync();
        }
        ChannelFuture last = null;
        for (int i = 0; i < 1000; i++) {
            last = sender.writeAndFlush(packet(1, channel.localAddress()));
        }
        loops.turn();
        assertThat(last.isDone()).isFalse();
        Deltas deltas = new Deltas(loops);
        long start = System.nanoTime();
        await().until(() -> deltas.of(Counter.WRITE_CALLS) >= 30);
        long tries = deltas.of(Counter.WRITE_CALLS);
        assertThat(tries).isLessThan(10 + (System.nanoTime() - start) / 9_000_000); // the longest pause is 10 ms
        channel.config().setAutoRead(true);
        last.sync();
    }

    @Test
    void orHasMovedToAnotherLoopMeanwhile() throws Exception {
        assumeTrue(Platform.current().os() == Platform.Os.LINUX, "the BSDs answer ENOBUFS");
        Loops two = new Loops(2);
        FdDomainDatagramChannel channel = bind(bootstrap(inbox).option(ChannelOption.AUTO_READ, false));
        FdDomainDatagramChannel sender = bind(bootstrap(new Mailbox()).clone(two.group()));
        ChannelFuture sent = null;
        for (int i = 0; i < 1000; i++) {
            sent = sender.writeAndFlush(packet(1, channel.localAddress()));
        }
        two.turn();
        assertThat(sent.isDone()).isFalse();
        EventLoop left = sender.eventLoop();
        EventLoop to = two.next();
        while (to == left) {
            to = two.next();
        }
        sender.deregister().sync();
        to.register(sender).sync();
        left.schedule(() -> {}, 20, TimeUnit.MILLISECONDS).sync(); // by then the timers due on that loop have run
        channel.config().setAutoRead(true);
        sent.sync();
        two.close();
    }
}
