package io.fdflux.benchmarks.plan;

import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/** The table of scenarios and targets. The report marks each target by what was measured. */
public final class Scenarios {

    /**
     * name | title | operation | driven by | targets | bounds of counts over kqueue
     *
     * <p>Words behind the sender: {@code close} for a connection per request, {@code tls} for HTTPS, {@code neighbours}
     * for busy processes on the server's processor, {@code busy} if loops that poll before they block serve the
     * scenario, too, {@code haproxy} if HAProxy does.
     *
     * <p>Over kqueue all changes ride in the call that waits, so there is no call for changes ({@code updateCalls}),
     * unless more descriptors change in one iteration than the list of changes holds. A watch is armed again only after
     * an event has spent it ({@code changesPerEvent}).
     */
    private static final String TABLE = """
        keep-alive-1 | HTTP/1.1 keep-alive, 1 connection | request | wrk 1 busy haproxy | throughput/epoll >= 1.00; besidesWaits <= 2.0 |
        keep-alive-64 | HTTP/1.1 keep-alive, 64 connections | request | wrk 64 haproxy | throughput/epoll >= 1.04; besidesWaits <= 2.0 | updateCalls <= 0.0; waitCalls <= 1.0; changesPerEvent <= 1.0
        keep-alive-256 | HTTP/1.1 keep-alive, 256 connections | request | wrk 256 haproxy | throughput/epoll >= 1.04; besidesWaits <= 2.0 |
        connection-per-request-wildcard | Connection per request, server bound to the wildcard address | request | wrk 64 close neighbours | throughput/epoll >= 1.2; calls <= 4.5 |
        connection-per-request-loopback | Connection per request, server bound to the loopback address | request | wrk 64 close neighbours haproxy | throughput/epoll >= 1.2; calls <= 4.5 | updateCalls <= 0.0; changesPerEvent <= 1.0
        sse-100 | Reactor Netty: answer of 100 elements, each flushed | request | wrk 64 | throughput/epoll >= 10; throughput/io_uring >= 1.5; calls <= 3 | updateCalls <= 0.0; changesPerEvent <= 1.0
        webflux-ndjson-100 | WebFlux: NDJSON answer of 100 elements, each flushed | request | wrk 64 | throughput/epoll >= 10; throughput/io_uring >= 1.5; calls <= 3 |
        http2-50 | HTTP/2, 4 connections of 50 streams | request | h2load 4 50 haproxy | throughput/epoll >= 1.15 | updateCalls <= 0.0; changesPerEvent <= 1.0
        http2-100 | HTTP/2, 4 connections of 100 streams | request | h2load 4 100 haproxy | throughput/epoll >= 1.15 |
        http2-single | HTTP/2, 1 connection of 100 streams | request | h2load 1 100 haproxy | throughput/epoll >= 1.0 |
        gateway | Gateway: server, pooled client and backend on one loop | request | wrk 64 haproxy | throughput/epoll >= 1.5; throughput/io_uring >= 1.15; calls <= 6.2 | updateCalls <= 0.0; changesPerEvent <= 1.0
        spring-cloud-gateway | Spring Cloud Gateway and its backend on one loop | request | wrk 64 | throughput/epoll >= 1.5; throughput/io_uring >= 1.15; calls <= 6.2 |
        websocket-fanout | WebSocket fan-out: 1,000 sessions, 10 messages each per turn | message | sender | throughput/epoll >= 3 |
        body-down-1m | Body of 1 MiB from the server | request | wrk 16 | throughput/epoll >= 1.0 |
        body-up-1m | Body of 1 MiB to the server | request | sender | throughput/epoll >= 1.0 |
        sendfile-1m | File of 1 MiB by sendFile | request | wrk 16 | throughput/epoll >= 1.0 |
        upload-one-at-a-time | Upload into a subscriber that requests one chunk at a time | chunk | sender | calls <= 2; loopCpu/epoll <= 0.75 |
        tls-jdk | HTTPS keep-alive, the JDK's TLS, 64 connections | request | wrk 64 tls | throughput/epoll >= 1.0 |
        tls-boringssl | HTTPS keep-alive, BoringSSL, 64 connections | request | wrk 64 tls | throughput/epoll >= 1.0 |
        idle-1 | 1 idle connection beside 64 busy ones | request | sender | throughput/epoll >= 1.0 |
        idle-1000 | 1,000 idle connections beside 64 busy ones | request | sender | throughput/idle-1 >= 0.98; growth(rss,idle-1)/epoll <= 1.0 |
        idle-20000 | 20,000 idle connections beside 64 busy ones | request | sender | throughput/idle-1 >= 0.98; growth(rss,idle-1)/epoll <= 1.0 |
        fdflux-echo | FdFlux echo on accepted descriptors; the peers: TcpServer | message | sender | throughput/epoll >= 1.5 |
        udp-echo | UDP echo | datagram | sender | throughput/nio >= 1.0 |
        pipe | Through a pipe | chunk | itself | throughput/nio >= 1.0 |
        file-read | File, read in chunks | chunk | itself | throughput/nio >= 1.0 |
        start-up | From the start of the JVM to the first answer | start | start | startUp-epoll <= 50; startUpAot-epoll <= 0 |
        """;

    public static final List<Scenario> ALL = read(TABLE);

    /** What the quick form runs: one of each kind, those with bounds on counts. */
    public static final List<String> QUICK =
            List.of("keep-alive-64", "connection-per-request-loopback", "sse-100", "http2-50", "gateway");

    private Scenarios() {}

    public static Scenario named(String name) {
        return ALL.stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no scenario is named " + name + "; there are "
                        + String.join(", ", ALL.stream().map(Scenario::name).toList())));
    }

    static List<Scenario> read(String table) {
        return table.lines().map(Scenarios::row).toList();
    }

    private static Scenario row(String line) {
        List<String> cells =
                Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        if (cells.size() != 6) {
            throw new IllegalArgumentException("not a row of six cells: " + line);
        }
        List<String> driven = List.of(cells.get(3).split(" +"));
        return new Scenario(
                cells.get(0),
                cells.get(1),
                cells.get(2),
                Sending.of(cells.get(3)),
                driven.contains("neighbours"),
                driven.contains("busy"),
                driven.contains("haproxy"),
                targets(cells.get(4)),
                targets(cells.get(5)));
    }

    private static List<Target> targets(String cell) {
        return Stream.of(cell.split(";"))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(Target::of)
                .toList();
    }
}
