package io.fdflux.spring.observe;

import io.fdflux.spring.FdFluxAutoConfiguration;
import io.fdflux.spring.LoopGroups;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Offers the Actuator endpoint {@code fdflux} where it is exposed. There is one without loops, too: its diagnosis says
 * why there are none.
 */
@AutoConfiguration(after = FdFluxAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
public final class FdFluxEndpointAutoConfiguration {

    FdFluxEndpointAutoConfiguration() {}

    /** Apart, because the condition's class may be absent, and Spring loads it before it asks for that. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnAvailableEndpoint(FdFluxEndpoint.class)
    static class Available {

        @Bean
        @ConditionalOnMissingBean
        FdFluxEndpoint fdFluxEndpoint(ObjectProvider<LoopGroups> groups) {
            return new FdFluxEndpoint(() -> {
                LoopGroups open = groups.getIfAvailable();
                return open == null ? List.of() : open.opened();
            });
        }
    }
}
