package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.netty.MovedEcho.Reading;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 13 for Unix-domain streams and their listeners. */
@OnEveryPoller
class MovingDomainTest {

    private static final int STREAM = 8 << 20;
    private static final int PIECE = 50_000;
    private static final int DESCRIPTORS = 500;
    private static final int CONNECTIONS = 300;

    @RegisterExtension
    final DomainSockets sockets = new DomainSockets();

    @RegisterExtension
    final Loops loops = new Loops(3);

    private final Mover mover = new Mover(loops);

    /** Runs on a thread of its own, because the common pool may have only one and the tasks wait for each other. */
    private static <T> CompletableFuture<T> elsewhere(Callable<T> task) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                done.complete(task.call());
            } catch (Throwable t) {
                done.completeExceptionally(t);
            }
        });
        return done;
    }

    private static CompletableFuture<Void> sending(SocketChannel peer, byte[] bytes) {
        return elsewhere(() -> {
            for (int at = 0; at < bytes.length; at += PIECE) {
                DomainSockets.send(peer, Arrays.copyOfRange(bytes, at, Math.min(at + PIECE, bytes.length)));
            }
            return null;
        });
    }

    @ParameterizedTest
    @EnumSource
    void anEchoIsWhole(Reading reading) throws Exception {
        MovedEcho echo = new MovedEcho(reading);
        DomainSockets.server(loops, () -> echo)
                .childOption(ChannelOption.AUTO_READ, reading == Reading.AUTO)
                .bind(sockets.address())
                .sync();
        byte[] sent = Digest.bytes(STREAM, 1);
        try (SocketChannel peer = sockets.plainClient()) {
            CompletableFuture<Void> sender = sending(peer, sent);
            CompletableFuture<byte[]> echoed = elsewhere(() -> DomainSockets.read(peer, sent.length));
            int moves = 0;
            while (!echoed.isDone()) {
                if (echo.accepted.get() != null) {
                    mover.move(echo.accepted.get());
                    moves++;
                }
            }
            sender.get();
            assertThat(Digest.of(echoed.get()).end()).isEqualTo(Digest.of(sent).end());
            assertThat(moves).isPositive();
        }
        echo.inactive.await();
        assertThat(echo.failures).isEmpty();
    }

    /** Passes files that contain their numbers. */
    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void descriptorsComeOnceAndInOrder(boolean autoRead) throws Exception {
        DomainRecorder server = new DomainRecorder() {
            @Override
            public void channelReadComplete(ChannelHandlerContext context) throws Exception {
                super.channelReadComplete(context);
                if (!autoRead) {
                    context.read();
                }
            }
        };
        DomainSockets.server(loops, () -> server)
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .childOption(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
                .bind(sockets.address())
                .sync();
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        FdDomainSocketChannel channel = server.stream();
        channel.read();
        CompletableFuture<List<Integer>> received = elsewhere(() -> {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < DESCRIPTORS; i++) {
                FileDescriptor copy = server.descriptor();
                numbers.add(Integer.parseInt(contentOf(copy)));
                copy.close();
            }
            return numbers;
        });
        CompletableFuture<Void> sender = elsewhere(() -> {
            for (int i = 0; i < DESCRIPTORS; i++) {
                Path file = Files.writeString(sockets.folder().resolve("file" + i), "" + i);
                try (Descriptor opened = Descriptor.open(file)) {
                    client.writeAndFlush(new FileDescriptor(opened.number())).sync();
                }
            }
            return null;
        });
        while (!received.isDone()) {
            mover.move(channel);
            mover.move(client);
        }
        assertThat(received.get())
                .isEqualTo(IntStream.range(0, DESCRIPTORS).boxed().toList());
        sender.get();
        client.close().sync();
        server.inactive.await();
        assertThat(server.descriptors).isEmpty();
        assertThat(server.failures).isEmpty();
    }

    private static String contentOf(FileDescriptor file) {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(100);
        try {
            int n = Io.read(file.intValue(), BufferMemory.writable(buffer, 100), 100);
            return buffer.writerIndex(n).toString(StandardCharsets.US_ASCII);
        } finally {
            buffer.release();
        }
    }

    @Test
    void aListenerMovesWhileClientsConnect() throws Exception {
        Channel listener = DomainSockets.server(loops, () -> new MovedEcho(Reading.AUTO))
                .bind(sockets.address())
                .sync()
                .channel();
        CompletableFuture<Void> clients = elsewhere(() -> {
            for (int i = 0; i < CONNECTIONS; i++) {
                byte[] sent = Digest.bytes(1 + i, i);
                try (SocketChannel peer = sockets.plainClient()) {
                    DomainSockets.send(peer, sent);
                    assertThat(DomainSockets.read(peer, sent.length)).isEqualTo(sent);
                }
            }
            return null;
        });
        while (!clients.isDone()) {
            mover.move(listener);
        }
        clients.get();
        listener.close().sync();
    }
}
