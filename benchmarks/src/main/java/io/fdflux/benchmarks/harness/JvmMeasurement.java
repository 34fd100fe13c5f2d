package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Sending;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.Calls;
import io.fdflux.benchmarks.result.JvmResult;
import io.fdflux.benchmarks.result.Load;
import io.fdflux.benchmarks.result.Run;
import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One server JVM, from its start to its end: warm-up runs, measured runs, and a run in which its calls are counted.
 * Each run of a sender opens new connections, because a server that has only seen one set of them deoptimises when
 * they close.
 */
final class JvmMeasurement {

    static final int WARM_UP_SECONDS = 1;
    private static final int MOST_EXTRA_WARM_UPS = 16;

    /** How much CPU a run may take in proportion to an earlier one that still compiled. */
    private static final double SETTLED = 0.95;

    private static final long LEAST_OPERATIONS = 200;

    /** Calls are counted over so many operations, because opening and closing the connections takes calls, too. */
    private static final long COUNTED_OPERATIONS = 20_000;

    private static final long COUNTED_OPERATIONS_PER_CONNECTION = 500;
    private static final int MOST_COUNT_SECONDS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Scenario scenario;
    private final Transport transport;
    private final Workbench workbench;
    private final Options options;

    JvmMeasurement(Scenario scenario, Transport transport, Workbench workbench, Options options) {
        this.scenario = scenario;
        this.transport = transport;
        this.workbench = workbench;
        this.options = options;
    }

    JvmResult measure(Path log) throws IOException, InterruptedException, UnavailableException {
        try (Sender sender = Sender.start(scenario, workbench, senderLog(log));
                ServerProcess server = ServerProcess.start(scenario, transport, workbench, log)) {
            List<Run> warmUps = warmUps(sender, server);
            workbench.pinning().pinServer(server.pid());
            try (Neighbour _ = scenario.neighbour() ? new Neighbour(workbench.pinning()) : null) {
                List<Run> runs = runs(sender, server, options.runs(), seconds(warmUps.getLast()));
                return new JvmResult(warmUps, runs, calls(sender, server, countSeconds(runs.getLast())), null, null);
            }
        }
    }

    private static Path senderLog(Path log) {
        return log.resolveSibling(log.getFileName().toString().replace(".log", "-sender.log"));
    }

    /** As many as asked for, and more until the server has settled. The quick form only waits until it serves. */
    private List<Run> warmUps(Sender sender, ServerProcess server)
            throws IOException, InterruptedException, UnavailableException {
        List<Run> warmUps = runs(sender, server, options.warmUps(), WARM_UP_SECONDS);
        while (warmUps.size() < options.warmUps() + MOST_EXTRA_WARM_UPS
                && (options.quick ? warmUps.getLast().load().operations() < LEAST_OPERATIONS : !hasSettled(warmUps))) {
            warmUps.addAll(runs(sender, server, 1, WARM_UP_SECONDS));
        }
        return warmUps;
    }

    /** Settled is what no longer uses less CPU per operation: the last two runs are no better than those before. */
    private static boolean hasSettled(List<Run> runs) {
        if (runs.size() < 4 || runs.get(runs.size() - 4).load().operations() < LEAST_OPERATIONS) {
            return false;
        }
        double now = cpu(runs.get(runs.size() - 1)) + cpu(runs.get(runs.size() - 2));
        double before = cpu(runs.get(runs.size() - 3)) + cpu(runs.get(runs.size() - 4));
        return now > before * SETTLED;
    }

    private static double cpu(Run run) {
        return (double) run.server().processCpuNanos() / run.load().operations();
    }

    private List<Run> runs(Sender sender, ServerProcess server, int count, int seconds)
            throws IOException, InterruptedException, UnavailableException {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerUse before = server.use();
            long start = System.nanoTime();
            String output = send(sender, server, seconds, List.of());
            double elapsed = (System.nanoTime() - start) / 1e9;
            ServerUse use = server.use().since(before);
            runs.add(new Run(sender.load(output, use, elapsed), use));
        }
        return runs;
    }

    /** Where times are not judged, the run is as long as the counts need. */
    private int seconds(Run last) {
        if (!transport.isTimed()) {
            return Math.max(options.seconds(), countSeconds(last));
        }
        return options.quick ? Math.max(options.seconds(), seconds(LEAST_OPERATIONS, last)) : options.seconds();
    }

    private int countSeconds(Run last) {
        long perConnections = scenario.sending() instanceof Sending.Wrk wrk && !wrk.close()
                ? COUNTED_OPERATIONS_PER_CONNECTION * wrk.connections()
                : 0;
        return seconds(Math.max(COUNTED_OPERATIONS, perConnections), last);
    }

    /** {@return how long so many operations take at the rate of a run, within limits} */
    private static int seconds(long operations, Run last) {
        return (int) Math.clamp(Math.ceil(operations / last.load().perSecond()), 1, MOST_COUNT_SECONDS);
    }

    private Calls calls(Sender sender, ServerProcess server, int seconds)
            throws IOException, InterruptedException, UnavailableException {
        if (!transport.isTimed()) {
            return Calls.notCounted("libkqueue makes several calls for one kevent: the loop's counters count instead");
        }
        Optional<CallCounter> counter = workbench.callCounter();
        if (counter.isEmpty()) {
            return Calls.notCounted(
                    "neither perf nor strace can count here: scripts/setup-tests installs them; perf needs "
                            + "root, or kernel.perf_event_paranoid below 0");
        }
        ServerUse before = server.use();
        CallCounter.Counted counted = scenario.sending() instanceof Sending.Itself
                ? countOfItself(counter.get(), server.pid(), seconds)
                : counter.get()
                        .count(
                                server.pid(),
                                prefix -> run(prefix, sender.commandWithoutLog(server.port(), seconds), seconds));
        Load load = sender.load(counted.output(), server.use().since(before), seconds);
        return new Calls(counter.get().name(), load.operations(), counted.calls(), null);
    }

    /** A server that drives itself works only while it is counted: a counter takes long to begin and to end. */
    private static CallCounter.Counted countOfItself(CallCounter counter, long pid, int seconds)
            throws IOException, InterruptedException {
        String work = "kill -CONT " + pid + "; sleep " + seconds + "; kill -STOP " + pid;
        Command.run(List.of("sh", "-c", "kill -STOP " + pid), PATIENCE);
        try {
            return counter.count(pid, prefix -> run(prefix, List.of("sh", "-c", work), seconds));
        } finally {
            Command.run(List.of("sh", "-c", "kill -CONT " + pid), PATIENCE);
        }
    }

    private String send(Sender sender, ServerProcess server, int seconds, List<String> before)
            throws IOException, InterruptedException {
        return run(before, sender.command(server.port(), seconds), seconds);
    }

    private static String run(List<String> before, List<String> command, int seconds) throws InterruptedException {
        List<String> counted = Stream.concat(before.stream(), command.stream()).toList();
        return Command.run(counted, PATIENCE.plusSeconds(seconds));
    }
}
