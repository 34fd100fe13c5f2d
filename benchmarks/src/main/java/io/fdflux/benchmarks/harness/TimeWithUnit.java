package io.fdflux.benchmarks.harness;

/** A time as wrk and h2load print it: a number with a unit behind. */
final class TimeWithUnit {

    private TimeWithUnit() {}

    static long nanos(String number, String unit) {
        double scale = switch (unit) {
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            default -> throw new IllegalArgumentException("not a unit of time: " + unit);
        };
        return Math.round(Double.parseDouble(number) * scale);
    }
}
