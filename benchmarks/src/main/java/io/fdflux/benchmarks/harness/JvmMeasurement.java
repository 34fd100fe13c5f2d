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
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One server JVM, from its start to its end: warm-up runs, measured runs, and a run in which its calls are counted. Each run of a sender
 * opens new connections, because a server that has only seen one set of them deoptimises when they close.
 */
final class JvmMeasurement {

    static final int WARM_UP_SECONDS = 1;
    private static final int COUNT_SECONDS = 1;

    private final Scenario scenario;
    private final Transport transport;
    private final Workbench workbench;
    private final Options options;
    private final Sender sender;

    JvmMeasurement(Scenario scenario, Transport transport, Workbench workbench, Options options) {
        this.scenario = scenario;
        this.transport = transport;
        this.workbench = workbench;
        this.options = options;
        this.sender = new Sender(scenario, workbench.programs(), workbench.pinning());
    }

    JvmResult measure(Path log) throws IOException, InterruptedException, UnavailableException {
        sender.require();
        List<String> command =
                workbench.pinning().server(workbench.programs().server(scenario.name(), transport));
        try (ServerProcess server = new ServerProcess(command, log)) {
            List<Run> warmUps = runs(server, options.warmUps(), WARM_UP_SECONDS);
            List<Run> runs = new ArrayList<>();
            try (Neighbour _ = scenario.neighbour() ? new Neighbour(workbench.pinning()) : null) {
                runs.addAll(runs(server, options.runs(), options.seconds()));
            }
            return new JvmResult(warmUps, runs, calls(server), null, null);
        }
    }

    private List<Run> runs(ServerProcess server, int count, int seconds)
            throws IOException, InterruptedException, UnavailableException {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerUse before = server.use();
            long start = System.nanoTime();
            String output = send(server, seconds, List.of());
            double elapsed = (System.nanoTime() - start) / 1e9;
            ServerUse use = server.use().since(before);
            runs.add(new Run(load(output, use, elapsed), use));
        }
        return runs;
    }

    private Calls calls(ServerProcess server) throws IOException, InterruptedException, UnavailableException {
        if (!transport.isTimed()) {
            return Calls.notCounted("libkqueue makes several calls for one kevent: the loop's counters count instead");
        }
        Optional<CallCounter> counter = workbench.callCounter();
        if (counter.isEmpty()) {
            return Calls.notCounted("neither perf nor strace can count here: scripts/setup-tests installs them; perf needs "
                    + "root, or kernel.perf_event_paranoid below 0");
        }
        ServerUse before = server.use();
        CallCounter.Counted counted =
                counter.get().count(server.pid(), prefix -> send(server, COUNT_SECONDS, prefix));
        Load load = load(counted.output(), server.use().since(before), COUNT_SECONDS);
        return new Calls(counter.get().name(), load.operations(), counted.calls(), null);
    }

    private String send(ServerProcess server, int seconds, List<String> before) throws InterruptedException {
        List<String> command = sender.command(server.port(), seconds);
        List<String> counted = Stream.concat(before.stream(), command.stream()).toList();
        return Command.run(counted, Duration.ofSeconds(seconds + 120L));
    }

    private Load load(String output, ServerUse use, double elapsed) throws UnavailableException {
        return scenario.sending() instanceof Sending.Itself
                ? new Load(use.operations(), elapsed, 0, Map.of())
                : sender.read(output);
    }
}
