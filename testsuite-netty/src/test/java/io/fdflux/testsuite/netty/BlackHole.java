package io.fdflux.testsuite.netty;

import io.fdflux.netty.Loops;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * An address where no connection attempt is answered: a listener whose backlog is full, so that the kernel drops what
 * comes (listen(2)). Netty's suite takes one of the Internet, which a machine without Internet, or behind a
 * proxy, answers.
 */
final class BlackHole {

    private static final int MORE_THAN_WAIT = 8;
    private static final List<AutoCloseable> OPEN = new ArrayList<>();

    private BlackHole() {}

    /** Tells the suite; before any class of it is initialized. */
    static synchronized void open() throws IOException {
        if (!OPEN.isEmpty()) {
            return;
        }
        ServerSocket listener = new ServerSocket();
        OPEN.add(listener);
        listener.bind(Loops.anyPort(), 1);
        for (int i = 0; i < MORE_THAN_WAIT; i++) {
            SocketChannel waits = SocketChannel.open();
            OPEN.add(waits);
            waits.configureBlocking(false);
            waits.connect(listener.getLocalSocketAddress());
        }
        InetSocketAddress address = (InetSocketAddress) listener.getLocalSocketAddress();
        System.setProperty("io.netty.testsuite.badHost", address.getAddress().getHostAddress());
        System.setProperty("io.netty.testsuite.badPort", String.valueOf(address.getPort()));
    }
}
