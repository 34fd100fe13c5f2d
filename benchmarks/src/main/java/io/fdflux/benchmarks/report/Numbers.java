package io.fdflux.benchmarks.report;

import io.fdflux.benchmarks.result.Spread;
import java.util.Locale;
import java.util.Optional;

/** Numbers as the report writes them: three significant digits, the spread in brackets. */
final class Numbers {

    private Numbers() {}

    static String of(double number) {
        double size = Math.abs(number);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 || size == 0 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, number);
    }

    static String of(Spread spread) {
        return spread.count() == 1
                ? of(spread.median())
                : of(spread.median()) + " (" + of(spread.min()) + " – " + of(spread.max()) + ")";
    }

    static String of(Optional<Spread> spread) {
        return spread.map(Numbers::of).orElse("–");
    }
}
