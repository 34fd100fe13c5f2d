package io.fdflux.benchmarks.plan;

import io.fdflux.benchmarks.result.Metric;
import io.fdflux.benchmarks.result.Pairs;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.ScenarioResult;
import io.fdflux.benchmarks.result.Spread;
import io.fdflux.benchmarks.result.TransportResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A target beside what was measured. The median decides.
 *
 * @param measured nothing, if the results lack what the target needs
 */
public record Verdict(Target target, Optional<Spread> measured) {

    /** {@return whether the median meets the target, or nothing where nothing was measured} */
    public Optional<Boolean> met() {
        return measured.map(spread -> target.isMetBy(spread.median()));
    }

    /** Judges the targets of fdflux. */
    public static List<Verdict> of(Scenario scenario, Results results) {
        return judged(scenario.name(), scenario.targets(), Transport.FDFLUX, results);
    }

    /** Judges the bounds of the counts over kqueue. */
    public static List<Verdict> ofKqueue(Scenario scenario, Results results) {
        return judged(scenario.name(), scenario.kqueue(), Transport.FDFLUX_KQUEUE, results);
    }

    private static List<Verdict> judged(String scenario, List<Target> targets, Transport ours, Results results) {
        return targets.stream()
                .map(target -> new Verdict(target, measured(target, scenario, ours, results)))
                .toList();
    }

    private static Optional<Spread> measured(Target target, String scenario, Transport ours, Results results) {
        Metric metric = target.metric();
        List<Optional<Double>> our = values(metric, results, scenario, ours);
        return switch (target.relation()) {
            case ITSELF -> Spread.of(our.stream().flatMap(Optional::stream).toList());
            case RATIO_TO_PEER -> Pairs.ratios(our, values(metric, results, scenario, target.peer()));
            case DIFFERENCE_TO_PEER -> Pairs.differences(our, values(metric, results, scenario, target.peer()));
            case RATIO_TO_SCENARIO -> Pairs.ratios(our, values(metric, results, target.baseline(), ours));
            case GROWTH_RATIO_TO_PEER ->
                Pairs.ratios(growth(target, scenario, ours, results), growth(target, scenario, target.peer(), results));
        };
    }

    private static List<Optional<Double>> growth(Target target, String scenario, Transport transport, Results results) {
        List<Optional<Double>> now = values(target.metric(), results, scenario, transport);
        List<Optional<Double>> before = values(target.metric(), results, target.baseline(), transport);
        List<Optional<Double>> growth = new ArrayList<>();
        for (int i = 0; i < Math.min(now.size(), before.size()); i++) {
            Optional<Double> base = before.get(i);
            growth.add(now.get(i).flatMap(value -> base.map(start -> value - start)));
        }
        return growth;
    }

    private static List<Optional<Double>> values(Metric metric, Results results, String scenario, Transport transport) {
        return results.scenario(scenario)
                .flatMap((ScenarioResult result) -> result.transport(transport.key()))
                .map((TransportResult result) -> metric.of(result))
                .orElse(List.of());
    }
}
