package io.fdflux.benchmarks.program.scenario;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.fdflux.posix.socket.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * Accepts connections as descriptors, on a thread of its own that blocks in accept(2). Its own work is not measured:
 * load of the scenario keeps its connections.
 */
final class Acceptor {

    private static final int BACKLOG = 1024;

    private final Descriptor listener;
    private final Consumer<Descriptor> connections;

    private Acceptor(Descriptor listener, Consumer<Descriptor> connections) {
        this.listener = listener;
        this.connections = connections;
    }

    /** The consumer owns each connection. */
    static Acceptor start(InetSocketAddress address, Consumer<Descriptor> connections) throws IOException {
        Descriptor listener = Sockets.tcp(false);
        try {
            Sockets.bind(listener.number(), address, false);
            Sockets.listen(listener.number(), BACKLOG);
            listener.nonBlocking(false);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        Acceptor acceptor = new Acceptor(listener, connections);
        Thread.ofPlatform().daemon().name("acceptor").start(acceptor::run);
        return acceptor;
    }

    int port() {
        return Sockets.localAddress(listener.number()).getPort();
    }

    private void run() {
        SocketAddressBuffer peer = new SocketAddressBuffer();
        for (int accepted = accept(peer); accepted >= 0; accepted = accept(peer)) {
            connections.accept(Descriptor.of(accepted));
        }
    }

    private int accept(SocketAddressBuffer peer) {
        if (!listener.lease()) {
            return -1;
        }
        try {
            return Sockets.accept(listener.number(), peer);
        } finally {
            listener.releaseUnchecked();
        }
    }

    /** Ends the blocked accept(2): on Linux with EINVAL, see inet_csk_accept() in net/ipv4/inet_connection_sock.c. */
    void close() {
        Sockets.shutdownInput(listener.number());
        listener.closeUnchecked();
    }
}
