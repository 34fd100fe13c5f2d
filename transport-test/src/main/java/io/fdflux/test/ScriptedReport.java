package io.fdflux.test;

import io.fdflux.spi.ReadinessSink;

/** What one poll of a {@link ScriptedPoller} reports. */
@FunctionalInterface
interface ScriptedReport {
    void to(ReadinessSink sink);
}
