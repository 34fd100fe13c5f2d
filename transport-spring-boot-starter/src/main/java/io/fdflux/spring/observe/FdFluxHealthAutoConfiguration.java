package io.fdflux.spring.observe;

import io.fdflux.spring.FdFluxAutoConfiguration;
import io.fdflux.spring.LoopGroups;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds {@code fdflux} to the application's health: down while a loop is stuck. */
@AutoConfiguration(
        after = FdFluxAutoConfiguration.class,
        beforeName = "org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration")
@ConditionalOnClass({HealthIndicator.class, HealthContributorAutoConfiguration.class})
@ConditionalOnBooleanProperty(name = "fdflux.enabled", matchIfMissing = true)
public final class FdFluxHealthAutoConfiguration {

    FdFluxHealthAutoConfiguration() {}

    /** Apart, because the condition's class may be absent, and Spring loads it before it asks for that. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnEnabledHealthIndicator("fdflux")
    @EnableConfigurationProperties(HealthProperties.class)
    static class Indicator {

        @Bean
        @ConditionalOnMissingBean(name = "fdfluxHealthIndicator")
        LoopsHealthIndicator fdfluxHealthIndicator(LoopGroups groups, HealthProperties properties) {
            return new LoopsHealthIndicator(groups, properties.stuckAfter());
        }
    }
}
