package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Finds ports for servers that must be told theirs. Another process may take one before the server does. */
final class FreePort {

    private FreePort() {}

    /** {@return a port of the loopback that is free now} */
    static int find() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** {@return a port of the loopback that is free now, and another one than this} */
    static int findBeside(int other) throws IOException {
        int port = find();
        while (port == other) {
            port = find();
        }
        return port;
    }
}
