package io.fdflux.reactor.netty.peers;

import io.fdflux.netty.Loops;
import io.fdflux.netty.Tls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.net.ssl.SSLServerSocket;

/**
 * A keep-alive HTTPS server with the JDK's blocking sockets. Each part of a response is a chunk and a TLS record of its
 * own, sent immediately. (com.sun's HttpsServer leaves Nagle's algorithm on, which costs 40 ms per response.)
 */
final class TlsLines implements AutoCloseable {

    private final SSLServerSocket listener;
    private final Function<String, Iterable<String>> responses;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /**
     * Starts the server.
     *
     * @param responses returns the parts of the response for a path
     */
    TlsLines(Function<String, Iterable<String>> responses) throws Exception {
        this.responses = responses;
        listener = (SSLServerSocket) Tls.jdk().getServerSocketFactory().createServerSocket();
        listener.bind(Loops.anyPort());
        Thread.ofPlatform().daemon().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                socket.setTcpNoDelay(true);
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            assert listener.isClosed() : closed;
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            OutputStream out = socket.getOutputStream();
            for (String request = in.readLine(); request != null; request = in.readLine()) {
                for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
                    assert header.contains(":") : header;
                }
                send(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (String part : responses.apply(request.split(" ")[1])) {
                    send(out, Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
                }
                send(out, "0\r\n\r\n");
            }
        } catch (IOException gone) {
            sockets.remove(socket); // the client has closed it
        }
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
