package io.fdflux.testsuite.reactor;

import io.fdflux.netty.Loops;
import io.fdflux.netty.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP CONNECT and SOCKS5 proxy with the JDK's blocking sockets. The first byte decides the protocol. */
final class ForwardProxy implements AutoCloseable {

    private static final int SOCKS5 = 5;

    private final ServerSocket listener;
    private final String user;
    private final String password;
    /** The requested targets, as {@code CONNECT host:port} or {@code SOCKS5 host:port}. */
    private final List<String> asked = new CopyOnWriteArrayList<>();

    ForwardProxy(String user, String password) throws IOException {
        this.user = user;
        this.password = password;
        listener = Loops.plainListener();
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    List<String> asked() {
        return asked;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            int first = in.read();
            InetSocketAddress target = first == SOCKS5 ? socks(client) : connect(client, first);
            if (target != null) {
                relay(client, target);
            }
        } catch (IOException e) {
            // the client has gone
        }
    }

    private InetSocketAddress connect(Socket client, int first) throws IOException {
        String head = (char) first + new Peer(client).textUntil("\r\n\r\n");
        String[] line = head.substring(0, head.indexOf("\r\n")).split(" ");
        asked.add(line[0] + " " + line[1]);
        String credentials = Base64.getEncoder().encodeToString((user + ":" + password).getBytes());
        boolean allowed = user == null || head.contains("Basic " + credentials);
        String answer = allowed ? "200 Connection established" : "407 Proxy Authentication Required";
        client.getOutputStream().write(("HTTP/1.1 " + answer + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        int colon = line[1].lastIndexOf(':');
        return allowed
                ? new InetSocketAddress(line[1].substring(0, colon), Integer.parseInt(line[1].substring(colon + 1)))
                : null;
    }

    private InetSocketAddress socks(Socket client) throws IOException {
        Peer peer = new Peer(client);
        int method = user == null ? 0 : 2;
        peer.read(peer.read(1)[0]);
        peer.send(new byte[] {SOCKS5, (byte) method});
        if (user != null) {
            String given = credentials(peer);
            boolean allowed = given.equals(user + ":" + password);
            peer.send(new byte[] {1, (byte) (allowed ? 0 : 1)});
            if (!allowed) {
                return null;
            }
        }
        byte[] request = peer.read(4);
        byte[] host = peer.read(request[3] == 1 ? 4 : peer.read(1)[0]);
        byte[] port = peer.read(2);
        String name = request[3] == 1
                ? java.net.InetAddress.getByAddress(host).getHostAddress()
                : new String(host, StandardCharsets.ISO_8859_1);
        InetSocketAddress target =
                new InetSocketAddress(name, (Byte.toUnsignedInt(port[0]) << 8) | Byte.toUnsignedInt(port[1]));
        asked.add("SOCKS5 " + name + ":" + target.getPort());
        peer.send(new byte[] {SOCKS5, 0, 0, 1, 127, 0, 0, 1, 0, 0});
        return target;
    }

    private static String credentials(Peer peer) throws IOException {
        peer.read(1);
        String name = new String(peer.read(peer.read(1)[0]), StandardCharsets.ISO_8859_1);
        return name + ":" + new String(peer.read(peer.read(1)[0]), StandardCharsets.ISO_8859_1);
    }

    private static void relay(Socket client, InetSocketAddress target) throws IOException {
        try (Socket server = new Socket(target.getAddress(), target.getPort())) {
            Thread back = Thread.ofPlatform().daemon().start(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The socket is closed already.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
