package io.fdflux.spring.observe;

import io.fdflux.micrometer.FdLoopsMetrics;
import io.fdflux.spring.FdFluxAutoConfiguration;
import io.fdflux.spring.LoopGroups;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Registers the meters of the loops with the application's Micrometer registries. Without a registry it does nothing;
 * if {@code fdflux.metrics.enabled=true} asks for them, one line of the log says what is missing.
 */
@AutoConfiguration(
        after = FdFluxAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnBooleanProperty(name = "fdflux.enabled", matchIfMissing = true)
public final class FdFluxMetricsAutoConfiguration {

    FdFluxMetricsAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({MeterRegistry.class, FdLoopsMetrics.class})
    @ConditionalOnBean(MeterRegistry.class)
    @ConditionalOnBooleanProperty(name = "fdflux.metrics.enabled", matchIfMissing = true)
    @EnableConfigurationProperties(MetricsProperties.class)
    static class Meters {

        /** Loops that a lazy bean opens later get their meters then. */
        @Bean
        @ConditionalOnMissingBean(name = "fdFluxMeters")
        MeterBinder fdFluxMeters(LoopGroups groups, MetricsProperties properties) {
            return registry -> groups.whenOpened(
                    loops -> new FdLoopsMetrics(loops, List.of(), properties.times()).bindTo(registry));
        }
    }

    /** Logs the warning, nothing else. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(type = "io.micrometer.core.instrument.MeterRegistry")
    @ConditionalOnBooleanProperty(name = "fdflux.metrics.enabled")
    static class NoRegistry {

        NoRegistry() {
            LogFactory.getLog(FdFluxMetricsAutoConfiguration.class)
                    .warn("fdflux.metrics.enabled is true, but there is no MeterRegistry, so that nothing is measured."
                            + " spring-boot-starter-actuator brings one.");
        }
    }
}
