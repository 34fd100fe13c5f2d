package io.fdflux.benchmarks.program.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The loads by the scenario's name. The others have wrk and h2load, or run without a load. */
public final class Loads {

    private static final Map<String, Supplier<Load>> BY_SCENARIO = new LinkedHashMap<>();

    static {
        BY_SCENARIO.put("keep-alive-64", ClosedLoopLoad::hello);
        BY_SCENARIO.put("websocket-fanout", FanOutLoad::new);
        BY_SCENARIO.put("body-up-1m", ClosedLoopLoad::upload);
        BY_SCENARIO.put("upload-one-at-a-time", ClosedLoopLoad::uploadOfChunks);
        BY_SCENARIO.put("idle-1", () -> new IdleLoad(1));
        BY_SCENARIO.put("idle-1000", () -> new IdleLoad(1000));
        BY_SCENARIO.put("idle-20000", () -> new IdleLoad(20_000));
        BY_SCENARIO.put("fdflux-echo", ClosedLoopLoad::echo);
        BY_SCENARIO.put("udp-echo", UdpEchoLoad::new);
    }

    private Loads() {}

    /** {@return the scenarios that have a load here} */
    public static Set<String> names() {
        return BY_SCENARIO.keySet();
    }

    /**
     * Finds the load of a scenario.
     *
     * @param scenario one of {@link #names()}
     * @return its load
     * @throws IllegalArgumentException if there is none
     */
    public static Load of(String scenario) {
        Supplier<Load> load = BY_SCENARIO.get(scenario);
        if (load == null) {
            throw new IllegalArgumentException(
                    "no load is here for " + scenario + "; there are " + String.join(", ", names()));
        }
        return load.get();
    }
}
