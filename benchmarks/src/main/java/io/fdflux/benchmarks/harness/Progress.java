package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.JvmResult;
import io.fdflux.benchmarks.result.Metric;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows one line per JVM: what it gave, how many are left, and when the last one will probably end. */
final class Progress {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");

    private final PrintStream out;
    private final Clock clock;
    private final int total;
    private final Instant start;
    private int done;

    Progress(PrintStream out, Clock clock, int total) {
        this.out = out;
        this.clock = clock;
        this.total = total;
        this.start = clock.instant();
    }

    /** Only where the line can be overwritten: a log gets the finished ones. */
    void begins(Scenario scenario, int jvm) {
        if (System.console() != null && System.console().isTerminal()) {
            out.printf("\r\033[K[%d/%d] %s, JVM %d of each transport ...", done, total, scenario.name(), jvm + 1);
            out.flush();
        }
    }

    void done(Scenario scenario, Transport transport, int jvm, String what) {
        done++;
        String overwrite = System.console() != null && System.console().isTerminal() ? "\r\033[K" : "";
        out.printf(
                "%s[%d/%d] %s %s JVM %d: %s; %s%n",
                overwrite, done, total, scenario.name(), transport, jvm + 1, what, left());
        out.flush();
    }

    private String left() {
        Duration elapsed = Duration.between(start, clock.instant());
        if (done >= total) {
            return "done in " + minutes(elapsed);
        }
        Duration left = elapsed.multipliedBy(total - done).dividedBy(done);
        Instant end = clock.instant().plus(left);
        return minutes(elapsed) + " gone, about " + minutes(left) + " left, until "
                + TIME.format(end.atZone(ZoneId.systemDefault()));
    }

    private static String minutes(Duration time) {
        return String.format(Locale.ROOT, "%d:%02d min", time.toMinutes(), time.toSecondsPart());
    }

    /** {@return the numbers of one JVM that tell most} */
    static String summary(JvmResult result) {
        List<String> parts = new ArrayList<>();
        add(parts, Metric.THROUGHPUT, result, "%,.0f per second");
        add(parts, Metric.CALLS, result, "%.2f calls");
        add(parts, Metric.LOOP_CPU, result, "%,.0f ns of the loop");
        add(parts, Metric.ALLOCATION, result, "%,.0f bytes allocated");
        add(parts, Metric.START_UP, result, "start in %.0f ms");
        add(parts, Metric.START_UP_AOT, result, "with AOT cache in %.0f ms");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, Metric metric, JvmResult result, String format) {
        metric.of(result).ifPresent(value -> parts.add(String.format(Locale.ROOT, format, value)));
    }
}
