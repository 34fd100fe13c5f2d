package io.fdflux.spring.observe;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of the meters. Immutable.
 *
 * @param enabled Whether the counters of the loops are meters, if the application has a registry.
 * @param times Whether loops measure where their time goes, and their lag. It takes them a few reads of the clock
 *     per iteration.
 */
@ConfigurationProperties("fdflux.metrics")
record MetricsProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("true") boolean times) {}
