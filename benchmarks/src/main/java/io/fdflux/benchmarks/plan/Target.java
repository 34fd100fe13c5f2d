package io.fdflux.benchmarks.plan;

import io.fdflux.benchmarks.result.Metric;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is expected of a scenario, as an expression of the table:
 * <pre>
 * calls &lt;= 2.0                        the number itself
 * throughput/epoll &gt;= 1.04            the ratio to a peer of the same scenario
 * startUp-epoll &lt;= 50                 the difference to a peer
 * throughput/idle-1 &gt;= 0.98           the ratio to another scenario of the same transport
 * growth(rss,idle-1)/epoll &lt;= 1.0     the ratio to a peer, of the growth since another scenario
 * </pre>
 *
 * @param text     the expression
 * @param metric   that it is about
 * @param relation what the number is compared with before the bound applies
 * @param peer     a transport, where the relation needs one
 * @param baseline a scenario, where the relation needs one
 * @param atLeast  whether the bound is the least or the most
 * @param decimals of the bound as it is written: a count is rounded to them before it is compared
 */
public record Target(
        String text,
        Metric metric,
        Relation relation,
        Transport peer,
        String baseline,
        boolean atLeast,
        double bound,
        int decimals) {

    /** What the number is compared with. */
    public enum Relation {
        ITSELF,
        RATIO_TO_PEER,
        DIFFERENCE_TO_PEER,
        RATIO_TO_SCENARIO,
        GROWTH_RATIO_TO_PEER
    }

    private static final Pattern GROWTH = Pattern.compile("growth\\(([\\w.]+),([\\w-]+)\\)/(\\w+)");
    private static final Pattern EXPRESSION = Pattern.compile("(\\S+) (>=|<=) (\\d+(?:\\.(\\d+))?)");

    /** Reads an expression. */
    public static Target of(String text) {
        Matcher parts = EXPRESSION.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a target: " + text);
        }
        boolean atLeast = parts.group(2).equals(">=");
        double bound = Double.parseDouble(parts.group(3));
        int decimals = parts.group(4) == null ? 0 : parts.group(4).length();
        String left = parts.group(1);

        Matcher growth = GROWTH.matcher(left);
        if (growth.matches()) {
            Metric metric = Metric.byKey(growth.group(1));
            Transport peer = transport(growth.group(3)).orElseThrow();
            Relation relation = Relation.GROWTH_RATIO_TO_PEER;
            return new Target(text, metric, relation, peer, growth.group(2), atLeast, bound, decimals);
        }
        int slash = left.indexOf('/');
        int minus = left.indexOf('-');
        if (slash > 0) {
            Metric metric = Metric.byKey(left.substring(0, slash));
            String other = left.substring(slash + 1);
            return transport(other)
                    .map(peer -> new Target(text, metric, Relation.RATIO_TO_PEER, peer, null, atLeast, bound, decimals))
                    .orElseGet(() -> new Target(
                            text, metric, Relation.RATIO_TO_SCENARIO, null, other, atLeast, bound, decimals));
        }
        if (minus > 0) {
            Metric metric = Metric.byKey(left.substring(0, minus));
            Transport peer = transport(left.substring(minus + 1)).orElseThrow();
            return new Target(text, metric, Relation.DIFFERENCE_TO_PEER, peer, null, atLeast, bound, decimals);
        }
        return new Target(text, Metric.byKey(left), Relation.ITSELF, null, null, atLeast, bound, decimals);
    }

    private static Optional<Transport> transport(String key) {
        return Transport.TIMED.stream()
                .filter(transport -> transport.key().equals(key))
                .findFirst();
    }

    /** Whether a machine that does other work at the same time gives the same verdict. */
    public boolean isExact() {
        return relation == Relation.ITSELF && metric.isCount();
    }

    /** {@return whether the number meets the bound} */
    public boolean isMetBy(double number) {
        double compared = metric.isCount() ? rounded(number) : number;
        return atLeast ? compared >= bound : compared <= bound;
    }

    private double rounded(double number) {
        double scale = Math.pow(10, decimals);
        return Math.round(number * scale) / scale;
    }
}
