package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.posix.PeerCredentials;
import io.fdflux.posix.Pipes;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over Unix-domain sockets behave like those over TCP. */
@OnEveryPoller
class DomainSocketTest {

    private static final int LARGE = 64 << 20;

    @RegisterExtension
    final DomainSockets sockets = new DomainSockets();

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final DomainRecorder server = new DomainRecorder();

    /** Echoes all bytes, one read at a time. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message).addListener(written -> context.read());
        }
    }

    @Test
    void echoes() throws Exception {
        byte[] sent = Digest.bytes(1 << 20, 1);
        DomainSockets.server(loops, Echo::new)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(sockets.address())
                .sync();
        DomainRecorder client = new DomainRecorder();
        FdDomainSocketChannel channel = sockets.connect(loops, client);
        channel.writeAndFlush(Digest.direct(sent));
        await().until(() -> client.digest.length() == sent.length);
        assertThat(client.digest.end()).isEqualTo(Digest.of(sent).end());
        assertThat(client.failures).isEmpty();
        channel.close().sync();
    }

    @Test
    void everyByteArrivesWithDemand() throws Exception {
        byte[] sent = Digest.bytes(LARGE, 2);
        DomainSockets.server(loops, () -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(100_000))
                .bind(sockets.address())
                .sync();
        try (SocketChannel peer = sockets.plainClient()) {
            FdDomainSocketChannel channel = server.stream();
            loops.turn();
            long calls = loops.count(Counter.READ_CALLS);
            DomainSockets.send(peer, java.util.Arrays.copyOf(sent, 1));
            loops.turn();
            assertThat(loops.count(Counter.READ_CALLS)).as("no demand, no read").isEqualTo(calls);
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    DomainSockets.send(peer, java.util.Arrays.copyOfRange(sent, 1, sent.length));
                    peer.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            while (server.inactive.getCount() > 0) {
                int before = server.readCompletes.get();
                channel.read();
                await().until(() -> server.readCompletes.get() > before || server.inactive.getCount() == 0);
            }
            sender.join();
        }
        assertThat(server.digest.end()).isEqualTo(Digest.of(sent).end());
        assertThat(server.failures).isEmpty();
    }

    @Test
    void everyByteIsSentBeforeTheEnd() throws Exception {
        byte[] sent = Digest.bytes(LARGE, 3);
        sockets.listen(loops, () -> server);
        try (SocketChannel peer = sockets.plainClient()) {
            FdDomainSocketChannel channel = server.stream();
            for (int at = 0; at < LARGE; at += LARGE / 16) {
                channel.write(Digest.direct(java.util.Arrays.copyOfRange(sent, at, at + LARGE / 16)));
            }
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            assertThat(DomainSockets.digest(peer).end())
                    .isEqualTo(Digest.of(sent).end());
            channel.closeFuture().sync();
        }
    }

    @ParameterizedTest(name = "half-closure {0}")
    @ValueSource(booleans = {true, false})
    void peersEndOfOutput(boolean halfClosure) throws Exception {
        DomainSockets.server(loops, () -> server)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
                .bind(sockets.address())
                .sync();
        try (SocketChannel peer = sockets.plainClient()) {
            DomainSockets.send(peer, new byte[10]);
            FdDomainSocketChannel channel = server.stream();
            peer.shutdownOutput();
            if (halfClosure) {
                await().until(() -> server.userEvents.contains(ChannelInputShutdownEvent.INSTANCE));
                assertThat(channel.isInputShutdown()).isTrue();
                assertThat(channel.isOutputShutdown()).isFalse();
                channel.writeAndFlush(Digest.direct(new byte[20])).sync();
                assertThat(DomainSockets.read(peer, 20)).hasSize(20);
                channel.shutdownOutput().sync();
                assertThat(channel.isShutdown()).isTrue();
                assertThat(DomainSockets.read(peer, 1)).isEmpty();
                channel.close().sync();
            } else {
                assertThat(DomainSockets.read(peer, 1)).isEmpty();
                server.inactive.await();
            }
            assertThat(server.digest.length()).isEqualTo(10);
        }
    }

    @Test
    void peerThatGoesIsNoticedWithoutReading() throws Exception {
        DomainSockets.server(loops, () -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(sockets.address())
                .sync();
        SocketChannel peer = sockets.plainClient();
        server.stream();
        peer.close();
        server.inactive.await();
        assertThat(server.reads).hasValue(0);
        assertThat(server.failures).isEmpty();
    }

    @Test
    void bytesOfAPeerThatIsGoneAreDeliveredWhenTheyAreDemanded() throws Exception {
        DomainSockets.server(loops, () -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(sockets.address())
                .sync();
        try (SocketChannel peer = sockets.plainClient()) {
            DomainSockets.send(peer, new byte[1000]);
        }
        FdDomainSocketChannel channel = server.stream();
        loops.turn();
        assertThat(channel.isActive()).isTrue();
        channel.read();
        server.inactive.await();
        assertThat(server.digest.length()).isEqualTo(1000);
    }

    @Test
    void addressesAreThoseGivenAndEmptyForWhoHasNone() throws Exception {
        FdServerDomainSocketChannel listener = sockets.listen(loops, () -> server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        DomainSocketAddress none = new DomainSocketAddress("");
        assertThat(listener.localAddress()).isEqualTo(sockets.address());
        assertThat(listener.remoteAddress()).isNull();
        assertThat(client.localAddress()).isEqualTo(none);
        assertThat(client.remoteAddress()).isEqualTo(sockets.address());
        assertThat(server.stream().localAddress()).isEqualTo(sockets.address());
        assertThat(server.stream().remoteAddress()).isEqualTo(none);
        assertThat(server.stream().parent()).isSameAs(listener);
        assertThat(listener).isInstanceOf(ServerDomainSocketChannel.class);
        assertThat(client).isInstanceOf(DomainSocketChannel.class).isInstanceOf(UnixChannel.class);
        client.close().sync();
        assertThat(client.remoteAddress()).isEqualTo(sockets.address());
    }

    @Test
    void clientMayHaveANameItself() throws Exception {
        DomainSocketAddress name =
                new DomainSocketAddress(sockets.folder().resolve("client").toString());
        sockets.listen(loops, () -> server);
        Channel client = DomainSockets.client(loops, new DomainRecorder())
                .connect(sockets.address(), name)
                .sync()
                .channel();
        assertThat(client.localAddress()).isEqualTo(name);
        assertThat(server.stream().remoteAddress()).isEqualTo(name);
        client.close().sync();
        assertThat(sockets.folder().resolve("client")).doesNotExist();
    }

    @Test
    void reportsThePeersCredentials() throws Exception {
        sockets.listen(loops, () -> server);
        FdDomainSocketChannel client = sockets.connect(loops, new DomainRecorder());
        PeerCredentials expected = new PeerCredentials(
                (int) ProcessHandle.current().pid(),
                (Integer) Files.getAttribute(sockets.folder(), "unix:uid"),
                (Integer) Files.getAttribute(sockets.folder(), "unix:gid"));
        assertThat(client.peerCredentials()).isEqualTo(expected);
        assertThat(server.stream().peerCredentials()).isEqualTo(expected);
        client.close().sync();
        assertThatThrownBy(client::peerCredentials).isInstanceOf(IOException.class);
    }

    @Test
    void optionsAreFoundUnderNettysConstants() {
        FdDomainSocketChannel channel = new FdDomainSocketChannel();
        assertThat(channel.config().getReadMode()).isEqualTo(DomainSocketReadMode.BYTES);
        assertThat(channel.config()
                        .setOption(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS))
                .isTrue();
        assertThat(channel.config().getReadMode()).isEqualTo(DomainSocketReadMode.FILE_DESCRIPTORS);
        assertThat(channel.config().getOptions())
                .containsEntry(UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
                .containsEntry(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .containsKeys(ChannelOption.SO_SNDBUF, ChannelOption.SO_RCVBUF);
        assertThat(channel.config().setOption(ChannelOption.TCP_NODELAY, true)).isFalse();
        assertThatThrownBy(() -> channel.config().setReadMode(null)).isInstanceOf(NullPointerException.class);
        channel.unsafe().closeForcibly();
    }

    @Test
    void oneEndOfASocketPairBecomesAChannel() throws Exception {
        try (Pipes.Pair pair = Pipes.socketPair()) {
            pair.first().nonBlocking(false);
            FdDomainSocketChannel channel = new FdDomainSocketChannel(pair.first());
            FdDomainSocketChannel other = new FdDomainSocketChannel(pair.second());
            DomainRecorder recorder = new DomainRecorder();
            channel.pipeline().addLast(recorder);
            loops.next().register(channel).sync();
            loops.next().register(other).sync();
            assertThat(channel.isActive()).isTrue();
            assertThat(channel.remoteAddress()).isEqualTo(new DomainSocketAddress(""));
            other.writeAndFlush(Digest.direct(new byte[5])).sync();
            await().until(() -> recorder.digest.length() == 5);
            other.close().sync();
            recorder.inactive.await();
            assertThat(pair.first().isOpen()).isFalse();
        }
    }

    @Test
    void movesToAnotherLoopUnderTraffic() throws Exception {
        Loops two = new Loops(2);
        try {
            byte[] sent = Digest.bytes(16 << 20, 4);
            DomainSockets.server(two, () -> server).bind(sockets.address()).sync();
            try (SocketChannel peer = sockets.plainClient()) {
                FdDomainSocketChannel channel = server.stream();
                CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                    try {
                        DomainSockets.send(peer, sent);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                for (int i = 0; i < 20; i++) {
                    channel.deregister().sync();
                    two.next().register(channel).sync();
                }
                sender.join();
                await().until(() -> server.digest.length() == sent.length);
                assertThat(server.digest.end()).isEqualTo(Digest.of(sent).end());
            }
            server.inactive.await();
        } finally {
            two.close();
        }
    }
}
