package io.fdflux.benchmarks.harness;

import java.util.Optional;

/** What all measurements share. */
record Workbench(Programs programs, Pinning pinning, Optional<CallCounter> callCounter) {}
