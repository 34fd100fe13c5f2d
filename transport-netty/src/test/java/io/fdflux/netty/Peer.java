package io.fdflux.netty;

import io.netty.channel.Channel;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/** The other end of a connection, with the JDK's blocking sockets only. */
public final class Peer implements AutoCloseable {

    private final Socket socket;

    public Peer(Socket socket) {
        this.socket = socket;
    }

    public static Peer connect(Channel listener) {
        return connect(listener.localAddress());
    }

    public static Peer connect(SocketAddress address) {
        return connect(address, 0);
    }

    /**
     * Connects with a receive buffer of this many bytes, so that the other end's socket fills up soon; 0 for
     * the default.
     */
    public static Peer connect(SocketAddress address, int receiveBuffer) {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.connect((InetSocketAddress) address);
            return new Peer(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Peer accept(ServerSocket listener) throws IOException {
        return new Peer(listener.accept());
    }

    public Socket socket() {
        return socket;
    }

    public Peer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    public Peer send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends FIN. */
    public void end() throws IOException {
        socket.shutdownOutput();
    }

    /** Sends RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    public byte[] read(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("ended after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    public byte[] readToEnd() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    public String text() throws IOException {
        return new String(readToEnd(), StandardCharsets.ISO_8859_1);
    }

    /** Reads up to and including a text. */
    public String textUntil(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] chunk = new byte[1 << 16];
        while (text.indexOf(end, Math.max(0, text.length() - chunk.length)) < 0) {
            int n = socket.getInputStream().read(chunk);
            if (n < 0) {
                throw new EOFException("no " + end + " in " + text);
            }
            text.append(new String(chunk, 0, n, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    /** Reads to the end and returns the digest. */
    public Digest digest() throws IOException {
        Digest digest = new Digest();
        byte[] chunk = new byte[1 << 16];
        for (int n = socket.getInputStream().read(chunk);
                n >= 0;
                n = socket.getInputStream().read(chunk)) {
            digest.add(chunk, n);
        }
        return digest;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
