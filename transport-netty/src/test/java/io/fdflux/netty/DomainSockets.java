package io.fdflux.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Creates paths for a test's sockets, in a folder with a short name, and channels and JDK peers on them. */
public final class DomainSockets implements AfterEachCallback {

    private final Path folder;

    public DomainSockets() {
        try {
            folder = Files.createTempDirectory("fdflux");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Path folder() {
        return folder;
    }

    public Path path() {
        return folder.resolve("s");
    }

    public DomainSocketAddress address() {
        return new DomainSocketAddress(path().toString());
    }

    static ServerBootstrap server(Loops loops, Supplier<ChannelHandler> child) {
        return new ServerBootstrap()
                .group(loops.group())
                .channel(FdServerDomainSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(child.get());
                    }
                });
    }

    static Bootstrap client(Loops loops, ChannelHandler handler) {
        return new Bootstrap()
                .group(loops.group())
                .channel(FdDomainSocketChannel.class)
                .handler(handler);
    }

    FdServerDomainSocketChannel listen(Loops loops, Supplier<ChannelHandler> child) {
        return (FdServerDomainSocketChannel)
                server(loops, child).bind(address()).syncUninterruptibly().channel();
    }

    FdDomainSocketChannel connect(Loops loops, ChannelHandler handler) {
        return (FdDomainSocketChannel)
                client(loops, handler).connect(address()).syncUninterruptibly().channel();
    }

    SocketChannel plainClient() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path()));
    }

    ServerSocketChannel plainServer() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path()));
    }

    static void send(SocketChannel peer, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            peer.write(buffer);
        }
    }

    static byte[] read(SocketChannel peer, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining() && peer.read(buffer) >= 0) {
            // until the buffer is full
        }
        return java.util.Arrays.copyOf(buffer.array(), buffer.position());
    }

    /** Reads to the end and returns the digest. */
    static Digest digest(SocketChannel peer) throws IOException {
        Digest digest = new Digest();
        ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
        while (peer.read(chunk.clear()) >= 0) {
            digest.add(chunk.array(), chunk.position());
        }
        return digest;
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
