package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.netty.channel.Inside;
import io.fdflux.netty.channel.NettyDescriptor;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.socket.DescriptorMessage;
import io.fdflux.posix.socket.UnixSockets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Descriptors passed over Unix-domain streams: the receiver gets the same open file, and no unowned descriptor
 * stays open.
 */
@OnEveryPoller
class DomainDescriptorTest {

    @RegisterExtension
    final DomainSockets sockets = new DomainSockets();

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final DomainRecorder server = new DomainRecorder();

    private void listen(DomainSocketReadMode mode, boolean autoRead, ChannelHandler child) throws Exception {
        DomainSockets.server(loops, () -> child)
                .childOption(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, mode)
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .bind(sockets.address())
                .sync();
    }

    /** Creates a peer with system calls only. */
    private Descriptor peer() throws IOException {
        Descriptor peer = UnixSockets.stream();
        assertThat(UnixSockets.connect(peer.number(), sockets.path().toString()))
                .isZero();
        return peer;
    }

    private static String readText(int fd) {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(100);
        try {
            int n = Io.read(fd, BufferMemory.writable(buffer, 100), 100);
            return n < 0 ? Errno.name(-n) : buffer.writerIndex(n).toString(StandardCharsets.UTF_8);
        } finally {
            buffer.release();
        }
    }

    private static int writeText(int fd, String text) {
        ByteBuf buffer = Digest.direct(text.getBytes(StandardCharsets.UTF_8));
        try {
            return Io.write(fd, BufferMemory.readable(buffer), buffer.readableBytes());
        } finally {
            buffer.release();
        }
    }

    @Test
    void pipeIsPassedBetweenChannels() throws Exception {
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        try (Pipes.Pair pipe = Pipes.pipe()) {
            FileDescriptor end = new FileDescriptor(pipe.second().number());
            client.writeAndFlush(end).sync();
            assertThat(pipe.second().isOpen()).as("the writer still owns it").isTrue();
            pipe.second().close();
            FileDescriptor copy = server.descriptor();
            assertThat(copy.isOpen()).isTrue();
            assertThat(writeText(copy.intValue(), "through the copy")).isEqualTo(16);
            assertThat(readText(pipe.first().number())).isEqualTo("through the copy");
            copy.close();
            assertThat(copy.isOpen()).isFalse();
            assertThat(readText(pipe.first().number())).as("the end").isEmpty();
        }
        client.close().sync();
        server.inactive.await();
        assertThat(server.failures).isEmpty();
    }

    @Test
    void socketIsPassedAndBecomesAChannel() throws Exception {
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        try (Pipes.Pair pair = Pipes.socketPair()) {
            client.writeAndFlush(new FileDescriptor(pair.first().number())).sync();
            FdDomainSocketChannel passed =
                    new FdDomainSocketChannel(Descriptor.of(server.descriptor().intValue()));
            loops.next().register(passed).sync();
            passed.writeAndFlush(Digest.direct(new byte[3])).sync();
            await().until(() -> Io.available(pair.second().number()) == 3);
            assertThat(readText(pair.second().number())).hasSize(3);
            passed.close().sync();
            Deltas deltas = new Deltas(loops);
            for (int i = 0; i < 20; i++) { // the sender's descriptor keeps the socket open
                assertThat(writeText(pair.second().number(), "x")).isEqualTo(1);
                loops.turn();
            }
            assertThat(deltas.of(Counter.EVENTS)).isZero();
        }
        client.close().sync();
    }

    /** After Netty's EpollDomainSocketFdTest: an accepted connection sends a channel's descriptor, once. */
    @Test
    void aChannelsDescriptorIsPassedOnce() throws Exception {
        FdDomainSocketChannel passed = new FdDomainSocketChannel();
        listen(DomainSocketReadMode.BYTES, true, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                context.writeAndFlush(passed.fd());
            }
        });
        DomainRecorder receiver = new DomainRecorder();
        Channel client = DomainSockets.client(loops, receiver)
                .option(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
                .connect(sockets.address())
                .sync()
                .channel();
        FileDescriptor copy = receiver.descriptor();
        assertThat(copy.isOpen()).isTrue();
        assertThat(copy.intValue()).isNotEqualTo(Inside.number(passed));
        client.close().sync();
        copy.close();
        assertThat(copy.isOpen()).isFalse();
        assertThat(passed.fd().isOpen()).as("the sender still owns it").isTrue();
        passed.unsafe().closeForcibly();
        assertThat(receiver.descriptors).isEmpty();
        assertThat(receiver.failures).isEmpty();
    }

    @Test
    void regularFileIsPassedWithItsPosition() throws Exception {
        Path file = Files.writeString(sockets.folder().resolve("file"), "0".repeat(100) + "the rest");
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        try (Descriptor opened = Descriptor.open(file)) {
            assertThat(readText(opened.number())).isEqualTo("0".repeat(100));
            client.writeAndFlush(new FileDescriptor(opened.number())).sync();
        }
        FileDescriptor copy = server.descriptor();
        assertThat(readText(copy.intValue())).isEqualTo("the rest");
        copy.close();
        client.close().sync();
    }

    @Test
    void manyAreSentAndComeInOrder() throws Exception {
        int count = 40; // more than one turn of writes and of reads
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        List<Pipes.Pair> pipes = new ArrayList<>();
        ChannelFuture last = null;
        for (int i = 0; i < count; i++) {
            pipes.add(Pipes.pipe());
            last = client.write(new FileDescriptor(pipes.get(i).second().number()));
        }
        client.flush();
        last.sync();
        for (int i = 0; i < count; i++) {
            FileDescriptor copy = server.descriptor();
            writeText(copy.intValue(), "" + i);
            copy.close();
            assertThat(readText(pipes.get(i).first().number())).isEqualTo("" + i);
            pipes.get(i).close();
        }
        client.close().sync();
        server.inactive.await();
        assertThat(server.failures).isEmpty();
    }

    @Test
    void severalOfOneMessageComeInOrder() throws Exception {
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, server);
        try (Descriptor peer = peer();
                Pipes.Pair a = Pipes.pipe();
                Pipes.Pair b = Pipes.pipe()) {
            DescriptorMessage message = new DescriptorMessage(3);
            int[] ends = {a.second().number(), b.second().number(), a.first().number()};
            assertThat(message.send(peer.number(), ends)).isOne();
            for (String text : new String[] {"to a", "to b"}) {
                FileDescriptor copy = server.descriptor();
                writeText(copy.intValue(), text);
                copy.close();
            }
            FileDescriptor copy = server.descriptor();
            assertThat(readText(copy.intValue())).isEqualTo("to a");
            copy.close();
            assertThat(readText(b.first().number())).isEqualTo("to b");
        }
        server.inactive.await();
        assertThat(server.failures).isEmpty();
    }

    @Test
    void modeIsSwitchedInMidStream() throws Exception {
        DomainRecorder switching = new DomainRecorder() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
                super.channelRead(context, message);
                // One descriptor, then five bytes, then descriptors again.
                ((FdDomainSocketChannel) context.channel())
                        .config()
                        .setReadMode(
                                message instanceof FileDescriptor
                                        ? DomainSocketReadMode.BYTES
                                        : DomainSocketReadMode.FILE_DESCRIPTORS);
                context.read();
            }
        };
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, false, switching);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        FdDomainSocketChannel channel = switching.stream();
        channel.read();
        try (Pipes.Pair pipe = Pipes.pipe()) {
            for (int i = 1; i <= 20; i++) {
                client.write(new FileDescriptor(pipe.second().number()));
                client.writeAndFlush(Digest.direct(new byte[5])).sync();
                int bytes = i * 5;
                FileDescriptor copy = switching.descriptor();
                assertThat(writeText(copy.intValue(), "x")).isOne();
                copy.close();
                await().until(() -> switching.digest.length() == bytes);
            }
        }
        assertThat(switching.failures).isEmpty();
        client.close().sync();
        switching.inactive.await();
    }

    @Test
    void noDemandNoDescriptor() throws Exception {
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, false, server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        FdDomainSocketChannel channel = server.stream();
        try (Pipes.Pair pipe = Pipes.pipe()) {
            loops.turn();
            long calls = loops.count(Counter.READ_CALLS);
            client.writeAndFlush(new FileDescriptor(pipe.second().number())).sync();
            loops.turn();
            assertThat(loops.count(Counter.READ_CALLS)).isEqualTo(calls);
            assertThat(server.descriptors).isEmpty();
            channel.read();
            server.descriptor().close();
        }
        client.close().sync();
    }

    @Test
    void peerThatIsGoneIsNoticedAfterItsDescriptors() throws Exception {
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, false, server);
        try (Descriptor peer = peer();
                Pipes.Pair pipe = Pipes.pipe()) {
            DescriptorMessage message = new DescriptorMessage(1);
            message.send(peer.number(), pipe.second().number());
            message.send(peer.number(), pipe.second().number());
        }
        FdDomainSocketChannel channel = server.stream();
        loops.turn();
        assertThat(channel.isActive()).isTrue();
        channel.read();
        server.descriptor().close();
        while (server.inactive.getCount() > 0) {
            channel.read();
            loops.turn();
        }
        server.descriptor().close();
        assertThat(server.failures).isEmpty();
    }

    // ---- descriptors without a taker

    @Test
    void descriptorsThatNoHandlerTakesAreClosed() throws Exception {
        ChannelHandler passesOn = new ChannelInboundHandlerAdapter() {
            @Override
            public boolean isSharable() {
                return true;
            }
        };
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, passesOn);
        try (Descriptor peer = peer();
                Pipes.Pair pipe = Pipes.pipe()) {
            loops.turn();
            int before = NothingLeaks.descriptors();
            long reads = loops.count(Counter.BYTES_READ);
            DescriptorMessage message = new DescriptorMessage(5);
            for (int i = 0; i < 10; i++) {
                int end = pipe.second().number();
                assertThat(message.send(peer.number(), end, end, end, end, end)).isOne();
            }
            await().until(() -> loops.count(Counter.BYTES_READ) == reads + 10);
            await().until(() -> NothingLeaks.descriptors() == before);
            pipe.second().close();
            assertThat(readText(pipe.first().number())).as("no copy is open").isEmpty();
        }
    }

    /**
     * On Linux a read ends after bytes that carry descriptors, even with more bytes queued, so only another read
     * finds them.
     */
    @Test
    void bytesModeClosesDescriptorsAndLosesNoByte() throws Exception {
        byte[] sent = Digest.bytes(50_000, 5);
        listen(DomainSocketReadMode.BYTES, false, server);
        try (Descriptor peer = peer();
                Pipes.Pair pipe = Pipes.pipe()) {
            FdDomainSocketChannel channel = server.stream();
            DescriptorMessage message = new DescriptorMessage(2);
            ByteBuf all = Digest.direct(sent);
            int end = pipe.second().number();
            for (int at = 0; at < sent.length; at += 500) {
                long address = BufferMemory.readable(all) + at;
                int n = at % 1000 == 0
                        ? message.send(peer.number(), address, 500, end, end)
                        : Io.send(peer.number(), address, 500);
                assertThat(n).isEqualTo(500);
            }
            all.release();
            int before = NothingLeaks.descriptors();
            channel.config().setAutoRead(true);
            await().until(() -> server.digest.length() == sent.length);
            assertThat(NothingLeaks.descriptors()).isEqualTo(before);
            pipe.second().close();
            assertThat(readText(pipe.first().number())).as("no copy is open").isEmpty();
        }
        server.inactive.await();
        assertThat(server.digest.end()).isEqualTo(Digest.of(sent).end());
        assertThat(server.failures).isEmpty();
    }

    @Test
    void descriptorsOnTheirWayAreClosedWithTheChannel() throws Exception {
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, false, server);
        try (Descriptor peer = peer();
                Pipes.Pair pipe = Pipes.pipe()) {
            FdDomainSocketChannel channel = server.stream();
            int end = pipe.second().number();
            assertThat(new DescriptorMessage(1).send(peer.number(), end)).isOne();
            pipe.second().close();
            assertThat(readText(pipe.first().number())).isEqualTo("EAGAIN");
            channel.close().sync();
            await().until(() -> readText(pipe.first().number()).isEmpty());
        }
    }

    @Test
    void handlerThatClosesTheChannelGetsTheWholeMessage() throws Exception {
        DomainRecorder closing = new DomainRecorder() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
                super.channelRead(context, message);
                context.close();
            }
        };
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, closing);
        try (Descriptor peer = peer();
                Pipes.Pair pipe = Pipes.pipe()) {
            int end = pipe.second().number();
            assertThat(new DescriptorMessage(3).send(peer.number(), end, end, end))
                    .isOne();
            closing.inactive.await();
            await().until(() -> closing.descriptors.size() == 3);
            for (int i = 0; i < 3; i++) {
                closing.descriptor().close();
            }
        }
    }

    // ---- bad input

    @Test
    void byteWithoutADescriptorIsAnErrorOfThisMode() throws Exception {
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        client.writeAndFlush(Digest.direct(new byte[2])).sync();
        server.inactive.await();
        assertThat(server.failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(ProtocolException.class)
                        .hasMessageContaining("without a descriptor")
                        .hasMessageContaining("set it to BYTES"));
        assertThat(server.descriptors).isEmpty();
        client.closeFuture().sync();
    }

    @Test
    void descriptorThatIsNotOpenFailsAlone() throws Exception {
        listen(DomainSocketReadMode.FILE_DESCRIPTORS, true, server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        try (Pipes.Pair pipe = Pipes.pipe();
                Pipes.Pair other = Pipes.pipe()) {
            FileDescriptor closed = new NettyDescriptor(other.first());
            closed.close();
            FileDescriptor closedLater = new NettyDescriptor(other.second());
            ChannelFuture refused = client.write(closed);
            ChannelFuture failed = client.write(closedLater);
            ChannelFuture neverOpen = client.write(new FileDescriptor(99_999));
            ChannelFuture good = client.write(new FileDescriptor(pipe.second().number()));
            client.eventLoop().submit(() -> {}).sync();
            closedLater.close();
            Pipes.Pair stranger = Pipes.pipe(); // reuses the number of the closed descriptor
            assertThat(List.of(stranger.first().number(), stranger.second().number()))
                    .contains(closedLater.intValue());
            client.flush();
            good.sync();
            stranger.close();
            for (ChannelFuture future : List.of(refused, failed, neverOpen)) {
                assertThat(future.await().cause())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("EBADF");
            }
            server.descriptor().close();
            assertThat(client.isActive()).isTrue();
            assertThat(server.descriptors).isEmpty();
        }
        client.close().sync();
    }

    @Test
    void tcpCarriesNone() throws Exception {
        Channel listener = loops.listen(Recorder::new);
        FdSocketChannel client = loops.connect(listener.localAddress(), new Recorder());
        assertThatThrownBy(() -> client.writeAndFlush(new FileDescriptor(0)).sync())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("FileDescriptor");
        client.close().sync();
    }
}
