package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.plan.Verdict;
import io.fdflux.benchmarks.result.JvmResult;
import io.fdflux.benchmarks.result.Results;
import io.fdflux.benchmarks.result.Run;
import io.fdflux.benchmarks.result.ScenarioResult;
import io.fdflux.benchmarks.result.TransportResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Judges the quick form: every server ran and answered without errors, and counts are within their bounds. Times are
 * not judged, because the machine may do other work.
 */
final class QuickCheck {

    /**
     * How many first reads find something, and how many events a wait brings, depends on what else the machine does. So
     * a count may exceed its target by half.
     */
    private static final double SLACK = 1.5;

    private QuickCheck() {}

    /** {@return what is wrong; empty if nothing is} */
    static List<String> complaints(List<Scenario> scenarios, Results results) {
        List<String> complaints = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            ScenarioResult result = results.scenario(scenario.name()).orElseThrow();
            result.transports().forEach(transport -> complaints.addAll(ran(scenario, transport)));
            Stream.concat(
                            Verdict.of(scenario, results).stream(),
                            result.transport(Transport.FDFLUX_KQUEUE.key())
                                            .filter(kqueue -> kqueue.unavailable() == null)
                                            .isPresent()
                                    ? Verdict.ofKqueue(scenario, results).stream()
                                    : Stream.empty())
                    .filter(verdict -> verdict.target().isExact())
                    .forEach(verdict -> complaints.addAll(bound(scenario, verdict)));
        }
        return complaints;
    }

    private static List<String> ran(Scenario scenario, TransportResult transport) {
        String where = scenario.name() + " on " + transport.transport() + ": ";
        if (transport.unavailable() != null) {
            return isRequired(transport) ? List.of(where + transport.unavailable()) : List.of();
        }
        List<String> complaints = new ArrayList<>();
        for (JvmResult jvm : transport.jvms()) {
            if (jvm.failure() != null) {
                complaints.add(where + jvm.failure());
            }
            for (Run run : jvm.runs()) {
                if (run.load().operations() == 0) {
                    complaints.add(where + "no operation was completed");
                }
                if (run.load().errors() > 0) {
                    complaints.add(where + run.load().errors() + " errors");
                }
            }
        }
        return complaints;
    }

    /** A machine may lack io_uring, HAProxy or libkqueue; FDFLUX_REQUIRE_LIBKQUEUE is for machines that must not. */
    private static boolean isRequired(TransportResult transport) {
        return switch (transport.transport()) {
            case "io_uring", "haproxy" -> false;
            case "fdflux-kqueue" -> Boolean.parseBoolean(System.getenv("FDFLUX_REQUIRE_LIBKQUEUE"));
            default -> true;
        };
    }

    private static List<String> bound(Scenario scenario, Verdict verdict) {
        if (verdict.measured().isEmpty()) {
            return List.of(scenario.name() + ": " + verdict.target().text() + " could not be measured");
        }
        return verdict.target().isMetBy(verdict.measured().orElseThrow().median() / SLACK)
                ? List.of()
                : List.of(String.format(
                        Locale.ROOT,
                        "%s: %s is missed by more than half: %.3f",
                        scenario.name(),
                        verdict.target().text(),
                        verdict.measured().orElseThrow().median()));
    }
}
