package io.fdflux.benchmarks.program.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A server and the time to load it.
 *
 * @param port        of the loopback
 * @param time        after which nothing new is sent
 * @param connections how many; 0 for the scenario's own number
 */
public record LoadTarget(int port, Duration time, int connections) {

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    int connectionsOr(int ofScenario) {
        return connections > 0 ? connections : ofScenario;
    }
}
