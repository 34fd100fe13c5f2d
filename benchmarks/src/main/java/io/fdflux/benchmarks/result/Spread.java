package io.fdflux.benchmarks.result;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/**
 * A median with its spread.
 *
 * @param count of the values behind it
 */
public record Spread(double min, double median, double max, int count) {

    /** {@return the spread of the values, or nothing where there are none} */
    public static Optional<Spread> of(double... values) {
        double[] sorted =
                Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        return Optional.of(new Spread(sorted[0], median(sorted), sorted[sorted.length - 1], sorted.length));
    }

    public static Optional<Spread> of(Collection<Double> values) {
        return of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
