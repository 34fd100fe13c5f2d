package io.fdflux.benchmarks.program.scenario;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The scenarios by name. A scenario's classes are loaded when it is asked for. */
public final class Scenarios {

    private static final Map<String, Supplier<Scenario>> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("keep-alive-1", HelloScenario::onLoopback);
        BY_NAME.put("keep-alive-64", HelloScenario::onLoopback);
        BY_NAME.put("keep-alive-256", HelloScenario::onLoopback);
        BY_NAME.put("connection-per-request-wildcard", HelloScenario::onWildcard);
        BY_NAME.put("connection-per-request-loopback", HelloScenario::onLoopback);
        BY_NAME.put("sse-100", SseScenario::new);
        BY_NAME.put("http2-50", Http2Scenario::new);
        BY_NAME.put("http2-100", Http2Scenario::new);
        BY_NAME.put("gateway", GatewayScenario::new);
        BY_NAME.put("idle-1", HelloScenario::onLoopback);
        BY_NAME.put("idle-1000", HelloScenario::onLoopback);
        BY_NAME.put("idle-20000", HelloScenario::onLoopback);
    }

    private Scenarios() {}

    /** {@return the names, in the order of reports} */
    public static Set<String> names() {
        return BY_NAME.keySet();
    }

    /**
     * Finds a scenario.
     *
     * @param name one of {@link #names()}
     * @return its server, not started
     * @throws IllegalArgumentException if there is none of the name
     */
    public static Scenario named(String name) {
        Supplier<Scenario> scenario = BY_NAME.get(name);
        if (scenario == null) {
            throw new IllegalArgumentException(
                    "no scenario is named " + name + "; there are " + String.join(", ", names()));
        }
        return scenario.get();
    }
}
