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
final class JvmMeasurement implements Measurement {

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
    private final Path log;
    private final List<Run> runs = new ArrayList<>();
    private Sender sender;
    private ServerProcess server;
    private List<Run> warmUps;

    JvmMeasurement(Scenario scenario, Transport transport, Workbench workbench, Options options, Path log) {
        this.scenario = scenario;
        this.transport = transport;
        this.workbench = workbench;
        this.options = options;
        this.log = log;
    }

    @Override
    public void start() throws IOException, InterruptedException, UnavailableException {
        sender = Sender.start(scenario, workbench, senderLog(log));
        server = ServerProcess.start(scenario, transport, workbench, log);
        warmUps = warmUps();
        workbench.pinning().pinServer(server.pid());
        rest();
    }

    /** Counts do not drift: where there are no times, one run is enough. */
    @Override
    public void run() throws IOException, InterruptedException, UnavailableException {
        if (!transport.isTimed() && !runs.isEmpty()) {
            return;
        }
        work();
        try (Neighbours _ = scenario.neighbours() ? new Neighbours(workbench.pinning()) : null) {
            runs.add(run(seconds(warmUps.getLast())));
        }
        rest();
    }

    @Override
    public JvmResult finish() throws IOException, InterruptedException, UnavailableException {
        work();
        try (Neighbours _ = scenario.neighbours() ? new Neighbours(workbench.pinning()) : null) {
            return new JvmResult(warmUps, runs, calls(countSeconds(runs.getLast())), null, null);
        }
    }

    @Override
    public void close() {
        if (sender != null) {
            sender.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /** A server that drives itself would take the processor from the others in their turns. */
    private void rest() throws InterruptedException {
        if (scenario.sending() instanceof Sending.Itself) {
            signal("STOP");
        }
    }

    private void work() throws InterruptedException {
        if (scenario.sending() instanceof Sending.Itself) {
            signal("CONT");
        }
    }

    private void signal(String name) throws InterruptedException {
        Command.run(List.of("sh", "-c", "kill -" + name + " " + server.pid()), PATIENCE);
    }

    private static Path senderLog(Path log) {
        return log.resolveSibling(log.getFileName().toString().replace(".log", "-sender.log"));
    }

    /** As many as asked for, and more until the server has settled. The quick form only waits until it serves. */
    private List<Run> warmUps() throws IOException, InterruptedException, UnavailableException {
        List<Run> made = new ArrayList<>();
        while (made.size() < options.warmUps()
                || made.size() < options.warmUps() + MOST_EXTRA_WARM_UPS
                        && (options.quick
                                ? made.getLast().load().operations() < LEAST_OPERATIONS
                                : !hasSettled(made))) {
            made.add(run(WARM_UP_SECONDS));
        }
        return made;
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

    private Run run(int seconds) throws IOException, InterruptedException, UnavailableException {
        ServerUse before = server.use();
        long start = System.nanoTime();
        String output = run(List.of(), sender.command(server.port(), seconds), seconds);
        double elapsed = (System.nanoTime() - start) / 1e9;
        ServerUse use = server.use().since(before);
        return new Run(sender.load(output, use, elapsed), use);
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

    private Calls calls(int seconds) throws IOException, InterruptedException, UnavailableException {
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
                ? countOfItself(counter.get(), seconds)
                : counter.get()
                        .count(
                                server.pid(),
                                prefix -> run(prefix, sender.commandWithoutLog(server.port(), seconds), seconds));
        Load load = sender.load(counted.output(), server.use().since(before), seconds);
        return new Calls(counter.get().name(), load.operations(), counted.calls(), null);
    }

    /** A server that drives itself works only while it is counted: a counter takes long to begin and to end. */
    private CallCounter.Counted countOfItself(CallCounter counter, int seconds)
            throws IOException, InterruptedException {
        long pid = server.pid();
        String work = "kill -CONT " + pid + "; sleep " + seconds + "; kill -STOP " + pid;
        rest();
        try {
            return counter.count(pid, prefix -> run(prefix, List.of("sh", "-c", work), seconds));
        } finally {
            work();
        }
    }

    private static String run(List<String> before, List<String> command, int seconds) throws InterruptedException {
        List<String> counted = Stream.concat(before.stream(), command.stream()).toList();
        return Command.run(counted, PATIENCE.plusSeconds(seconds));
    }
}
