package io.fdflux.spring.observe;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings of the health indicator. Immutable.
 *
 * @param stuckAfter Time after which a loop that has not turned is stuck.
 */
@ConfigurationProperties("fdflux.health")
record HealthProperties(@DefaultValue("5s") Duration stuckAfter) {

    HealthProperties {
        if (!stuckAfter.isPositive()) {
            throw new InvalidConfigurationPropertyValueException(
                    "fdflux.health.stuck-after", stuckAfter, "The time must be positive.");
        }
    }
}
