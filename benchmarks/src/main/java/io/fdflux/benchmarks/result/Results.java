package io.fdflux.benchmarks.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that was measured, one entry per scenario. */
public record Results(List<ScenarioResult> scenarios) {

    public Results {
        scenarios = List.copyOf(scenarios);
    }

    public static Results none() {
        return new Results(List.of());
    }

    public Optional<ScenarioResult> scenario(String name) {
        return scenarios.stream()
                .filter(scenario -> scenario.scenario().equals(name))
                .findFirst();
    }

    /** Replaces the scenario of the same name, or appends a new one. */
    public Results with(ScenarioResult later) {
        Map<String, ScenarioResult> byName = new LinkedHashMap<>();
        scenarios.forEach(scenario -> byName.put(scenario.scenario(), scenario));
        byName.put(later.scenario(), later);
        return new Results(new ArrayList<>(byName.values()));
    }
}
