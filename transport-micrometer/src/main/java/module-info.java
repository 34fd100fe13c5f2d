/** The counters of the loops as Micrometer's meters. */
module io.fdflux.micrometer {
    requires transitive io.fdflux;
    requires transitive micrometer.core;

    exports io.fdflux.micrometer;
}
