package io.fdflux.test;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.fdflux.posix.socket.Sockets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Makes descriptors for tests, and reads and writes them. */
final class Peers {

    private Peers() {}

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** A listening TCP socket on a free port of the loopback. */
    static Descriptor listener() throws IOException {
        Descriptor listener = Sockets.tcp(false);
        Sockets.bind(listener.number(), loopback(0), false);
        Sockets.listen(listener.number(), 128);
        return listener;
    }

    static int port(Descriptor socket) {
        return Sockets.localAddress(socket.number()).getPort();
    }

    /** A port of the loopback without a listener. It was just free. */
    static int closedPort() throws IOException {
        try (Descriptor bound = Sockets.tcp(false)) {
            Sockets.bind(bound.number(), loopback(0), false);
            return port(bound);
        }
    }

    /** A TCP connection over the loopback. */
    static Pipes.Pair tcpPair() throws IOException {
        try (Descriptor listener = listener()) {
            Descriptor client = Sockets.tcp(false);
            int result = Sockets.connect(client.number(), loopback(port(listener)), false);
            if (result < 0 && result != -Errno.EINPROGRESS) {
                throw Errno.exception("connect", client, -result);
            }
            SocketAddressBuffer peer = new SocketAddressBuffer();
            int accepted;
            do {
                accepted = Sockets.accept(listener.number(), peer);
                PollerProbe.checkNotInterrupted("no connection came");
            } while (accepted == -Errno.EAGAIN);
            if (accepted < 0) {
                throw Errno.exception("accept", listener, -accepted);
            }
            return new Pipes.Pair(client, Descriptor.of(accepted));
        }
    }

    /** Writes a text with one call. */
    static void write(Descriptor to, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(bytes.length);
            memory.copyFrom(MemorySegment.ofArray(bytes));
            int written = Io.write(to.number(), memory.address(), bytes.length);
            if (written != bytes.length) {
                throw new IOException("write of " + bytes.length + " bytes to " + to + ": " + written);
            }
        }
    }

    /** Reads once. Empty at the end. */
    static String read(Descriptor from) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(8192);
            int read = Io.read(from.number(), memory.address(), 8192);
            if (read < 0) {
                throw Errno.exception("read", from, -read);
            }
            byte[] bytes = new byte[read];
            MemorySegment.ofArray(bytes).copyFrom(memory.asSlice(0, read));
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Writes until the call would block. Returns the number of bytes. */
    static long fill(Descriptor to) {
        try (Arena arena = Arena.ofConfined()) {
            int chunk = 64 * 1024;
            MemorySegment memory = arena.allocate(chunk);
            long total = 0;
            while (true) {
                int written = Io.write(to.number(), memory.address(), chunk);
                if (written < 0) {
                    return total;
                }
                total += written;
            }
        }
    }

    /** Reads until the call would block or the stream ends. Returns the number of bytes. */
    static long drain(Descriptor from) {
        try (Arena arena = Arena.ofConfined()) {
            int chunk = 64 * 1024;
            MemorySegment memory = arena.allocate(chunk);
            long total = 0;
            while (true) {
                int read = Io.read(from.number(), memory.address(), chunk);
                if (read <= 0) {
                    return total;
                }
                total += read;
            }
        }
    }
}
