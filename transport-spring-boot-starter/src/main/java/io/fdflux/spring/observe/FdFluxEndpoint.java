package io.fdflux.spring.observe;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.LoopView;
import io.fdflux.diagnosis.Diagnosis;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The Actuator endpoint {@code fdflux}: the diagnosis, the loops and their counters. Reading it touches no loop. Any
 * thread; the first diagnosis may take half a second.
 */
@Endpoint(id = "fdflux")
public final class FdFluxEndpoint {

    private static final double NANOS_PER_MILLI = 1e6;

    private final Supplier<List<FdLoops>> groups;
    /** Facts that do not change. Written once or by several threads alike. */
    private volatile Map<String, Object> diagnosis;

    FdFluxEndpoint(Supplier<List<FdLoops>> groups) {
        this.groups = groups;
    }

    /** {@return all parts by their names} */
    @ReadOperation
    public Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        for (String name : List.of("loops", "counters", "diagnosis")) {
            all.put(name, part(name));
        }
        return all;
    }

    /**
     * Returns one part.
     *
     * @param name {@code loops}, {@code counters} or {@code diagnosis}
     * @return null for another name
     */
    @ReadOperation
    public Object part(@Selector String name) {
        return switch (name) {
            case "loops" -> groups.get().stream().map(FdFluxEndpoint::loops).toList();
            case "counters" ->
                groups.get().stream().map(FdFluxEndpoint::counters).toList();
            case "diagnosis" -> diagnosis();
            default -> null;
        };
    }

    private Map<String, Object> diagnosis() {
        Map<String, Object> known = diagnosis;
        if (known == null) {
            known = Diagnosis.run().facts();
            diagnosis = known;
        }
        return known;
    }

    private static Map<String, Object> loops(FdLoops loops) {
        Map<String, Object> group = group(loops);
        group.put("loops", loops.views().stream().map(FdFluxEndpoint::loop).toList());
        return group;
    }

    private static Map<String, Object> loop(LoopView view) {
        Map<String, Object> loop = new LinkedHashMap<>();
        loop.put("index", view.index());
        loop.put("thread", view.thread().map(Thread::getName).orElse(null));
        loop.put("state", view.state());
        loop.put("registered", view.registered());
        loop.put("lingering", view.lingering());
        loop.put("pendingTasks", view.pendingTasks());
        loop.put("presentTurnMillis", view.presentTurnNanos() / NANOS_PER_MILLI);
        loop.put("longestTurnMillis", view.longestTurnNanos() / NANOS_PER_MILLI);
        return loop;
    }

    private static Map<String, Object> counters(FdLoops loops) {
        Map<String, Object> group = group(loops);
        Map<String, Long> total = new LinkedHashMap<>();
        Stream.of(Counter.values()).forEach(counter -> total.put(counter.key(), loops.total(counter)));
        group.put("total", total);
        group.put("loops", loops.counters().stream().map(LoopCounters::asMap).toList());
        return group;
    }

    private static Map<String, Object> group(FdLoops loops) {
        Map<String, Object> group = new LinkedHashMap<>();
        group.put("group", loops.name());
        group.put("poller", loops.pollerName());
        return group;
    }
}
