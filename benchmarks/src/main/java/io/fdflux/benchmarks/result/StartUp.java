package io.fdflux.benchmarks.result;

import java.util.List;

/**
 * Times from the start of a JVM to its first answer.
 *
 * @param millis             without an AOT cache
 * @param millisWithAotCache with the AOT cache of a run before
 * @param noAotCache         why there is no AOT cache, or null
 */
public record StartUp(List<Double> millis, List<Double> millisWithAotCache, String noAotCache) {

    public StartUp {
        millis = List.copyOf(millis);
        millisWithAotCache = List.copyOf(millisWithAotCache);
    }
}
