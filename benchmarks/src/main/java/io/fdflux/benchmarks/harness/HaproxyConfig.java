package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Sending;

/**
 * The configuration of HAProxy for a scenario: one thread, as the other servers have one loop, and the answer of the
 * other servers. The keywords are in the Configuration Manual of HAProxy 2.4 and later.
 */
final class HaproxyConfig {

    /** More connections than any scenario has. The default depends on the limit of open files. */
    private static final int MOST_CONNECTIONS = 1024;

    private static final String COMMON = """
        global
            nbthread 1
            maxconn %d

        defaults
            mode http
            timeout connect 10s
            timeout client 60s
            timeout server 60s
        """.formatted(MOST_CONNECTIONS);

    private static final String HELLO = """

        frontend hello
            bind 127.0.0.1:%d%s
            http-request return status 200 content-type text/plain string hello
        """;

    /** Idle connections to the backend are kept and shared, as those of the gateway's pool are. */
    private static final String GATEWAY = """

        frontend gateway
            bind 127.0.0.1:%d
            default_backend hello

        backend hello
            http-reuse always
            server hello 127.0.0.1:%d
        """;

    private HaproxyConfig() {}

    /**
     * Makes the text.
     *
     * @param port        where the sender connects to
     * @param backendPort of the gateway's backend, which is in the same process
     */
    static String of(Scenario scenario, int port, int backendPort) {
        if (!scenario.haproxy()) {
            throw new IllegalArgumentException("HAProxy has no configuration for " + scenario.name());
        }
        if (scenario.name().equals("gateway")) {
            return COMMON + GATEWAY.formatted(port, backendPort) + HELLO.formatted(backendPort, "");
        }
        // Without TLS, so there is no ALPN: a listener has one protocol.
        return COMMON + HELLO.formatted(port, scenario.sending() instanceof Sending.H2load ? " proto h2" : "");
    }
}
