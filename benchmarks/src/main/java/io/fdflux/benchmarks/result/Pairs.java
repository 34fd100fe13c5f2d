package io.fdflux.benchmarks.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;

/**
 * Compares two transports JVM by JVM: JVMs of one index ran next to each other, so a drift of the machine meets both.
 * An index that lacks one of the two is left out.
 */
public final class Pairs {

    private Pairs() {}

    /** {@return the spread of {@code ours / theirs}} */
    public static Optional<Spread> ratios(List<Optional<Double>> ours, List<Optional<Double>> theirs) {
        return combined(ours, theirs, (left, right) -> left / right);
    }

    /** {@return the spread of {@code ours - theirs}} */
    public static Optional<Spread> differences(List<Optional<Double>> ours, List<Optional<Double>> theirs) {
        return combined(ours, theirs, (left, right) -> left - right);
    }

    private static Optional<Spread> combined(
            List<Optional<Double>> ours, List<Optional<Double>> theirs, DoubleBinaryOperator operator) {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            if (ours.get(i).isPresent() && theirs.get(i).isPresent()) {
                values.add(
                        operator.applyAsDouble(ours.get(i).get(), theirs.get(i).get()));
            }
        }
        return Spread.of(values);
    }
}
