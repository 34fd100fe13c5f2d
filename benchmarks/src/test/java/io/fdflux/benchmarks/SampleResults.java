package io.fdflux.benchmarks;

import io.fdflux.benchmarks.result.Calls;
import io.fdflux.benchmarks.result.Environment;
import io.fdflux.benchmarks.result.JvmResult;
import io.fdflux.benchmarks.result.Load;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.Run;
import io.fdflux.benchmarks.result.ScenarioResult;
import io.fdflux.benchmarks.result.ServerUse;
import io.fdflux.benchmarks.result.Settings;
import io.fdflux.benchmarks.result.StartUp;
import io.fdflux.benchmarks.result.TransportResult;
import java.util.List;
import java.util.Map;

/** A small fixed result with everything that a result can have. */
public final class SampleResults {

    private static final Environment ENVIRONMENT = new Environment(
            "2026-01-02T03:04:05Z",
            "abcdef",
            "Some Processor",
            2,
            "8 GiB",
            "Linux 6.1",
            "Some JDK 25",
            "4.2",
            "1.3",
            "2.6",
            0.25);
    private static final Settings SETTINGS =
            new Settings(2, 1, 1, 1, 3, "wrk -t1 -c64", List.of("-Xmx512m"), "server on processor 0");

    private SampleResults() {}

    public static Results results() {
        return new Results(List.of(keepAlive(), idle("idle-1", 1000, 100), idle("idle-1000", 990, 140), startUp()));
    }

    private static ScenarioResult keepAlive() {
        return scenario(
                "keep-alive-64",
                new TransportResult("fdflux", null, List.of(http(2100, 2.0, 0), http(2200, 2.0, 3))),
                new TransportResult("epoll", null, List.of(http(2000, 2.2, 0), http(1000, 2.2, 0))),
                TransportResult.unavailable("io_uring", "io_uring_setup: EPERM"),
                new TransportResult("nio", null, List.of(http(1900, 2.1, 0), JvmResult.failed("it ended\nearly"))),
                new TransportResult("haproxy", null, List.of(haproxy())),
                new TransportResult("fdflux-kqueue", null, List.of(kqueue())));
    }

    private static ScenarioResult idle(String name, long perSecond, int rss) {
        return scenario(
                name,
                new TransportResult("fdflux", null, List.of(busy(perSecond, rss))),
                new TransportResult("epoll", null, List.of(busy(perSecond, rss + (rss - 100)))));
    }

    private static ScenarioResult startUp() {
        return scenario(
                "start-up",
                new TransportResult("fdflux", null, List.of(start(List.of(830.0, 850.0, 840.0), List.of(400.0), null))),
                new TransportResult(
                        "epoll", null, List.of(start(List.of(800.0), List.of(), "it has folders of classes"))));
    }

    private static ScenarioResult scenario(String name, TransportResult... transports) {
        return new ScenarioResult(name, ENVIRONMENT, SETTINGS, List.of(transports));
    }

    private static JvmResult http(long operations, double calls, long errors) {
        Load load = new Load(operations, 1, errors, Map.of("p50", 950_000L, "p99", 2_000_000L), "base64");
        Run run = new Run(
                load, new ServerUse(5_000 * operations, 6_000 * operations, 700 * operations, 1 << 28, 0, Map.of()));
        Calls counted = new Calls(
                "perf",
                1000,
                Map.of("recvfrom", 1000L, "sendto", Math.round((calls - 1) * 1000), "epoll_wait", 200L),
                null);
        return new JvmResult(List.of(run), List.of(run), counted, null, null);
    }

    private static JvmResult haproxy() {
        Run run = new Run(new Load(3000, 1, 0, Map.of()), new ServerUse(3_000_000, 3_000_000, null, 1, 0, Map.of()));
        return new JvmResult(List.of(), List.of(run), Calls.notCounted("nothing counts here"), null, null);
    }

    private static JvmResult busy(long operations, int rss) {
        Run run =
                new Run(new Load(operations, 1, 0, Map.of()), new ServerUse(1, 1, 1L, rss * 1024L * 1024, 0, Map.of()));
        return new JvmResult(List.of(), List.of(run), Calls.notCounted("nothing counts here"), null, null);
    }

    private static JvmResult kqueue() {
        ServerUse use = new ServerUse(
                1, 1, 1L, 1, 0, Map.of("waitCalls", 20L, "updateCalls", 0L, "events", 100L, "changes", 250L));
        Run run = new Run(new Load(100, 1, 0, Map.of()), use);
        return new JvmResult(List.of(), List.of(run), Calls.notCounted("counters count"), null, null);
    }

    private static JvmResult start(List<Double> plain, List<Double> cached, String noCache) {
        return new JvmResult(List.of(), List.of(), null, new StartUp(plain, cached, noCache), null);
    }
}
