package io.fdflux.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A listener with a full backlog. Further connects get no answer until it {@linkplain #acceptUntil accepts}. */
final class FullListener implements AutoCloseable {

    private static final int MORE_THAN_FIT = 8; // Linux queues two for a backlog of one; further connects hang

    private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<SocketChannel> waiting = new ArrayList<>();

    FullListener() throws IOException {
        for (int i = 0; i < MORE_THAN_FIT; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(address());
            waiting.add(channel);
        }
    }

    SocketAddress address() {
        return socket.getLocalSocketAddress();
    }

    /** Accepts pending connections until a condition holds. */
    void acceptUntil(List<Peer> accepted, BooleanSupplier done) throws IOException {
        socket.setSoTimeout(50);
        while (!done.getAsBoolean()) {
            try {
                accepted.add(Peer.accept(socket));
            } catch (SocketTimeoutException e) {
                continue; // an unanswered connect retries after a second
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : waiting) {
            channel.close();
        }
        socket.close();
    }
}
