package io.fdflux;

/**
 * Deliveries of a signal, an element of {@link SignalFlux}.
 *
 * @param name  of the signal: {@code TERM}
 * @param count how many were delivered since the last element, at least 1. The kernel merges those that are pending
 *     together, so there may have been more: signal(7)
 */
public record SignalCount(String name, long count) {}
