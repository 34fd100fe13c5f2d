package io.fdflux.testsuite.netty;

import io.fdflux.netty.Loops;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * An address that answers no connect: a listener with a full backlog, so that the kernel drops further connects
 * (listen(2)). Netty's suite uses an Internet address, which a machine without Internet or behind a proxy answers.
 */
final class BlackHole {

    private static final int MORE_THAN_WAIT = 8;
    private static final List<AutoCloseable> OPEN = new ArrayList<>();

    private BlackHole() {}

    /** Opens the address and passes it to the suite; call this before any class of the suite is initialized. */
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
