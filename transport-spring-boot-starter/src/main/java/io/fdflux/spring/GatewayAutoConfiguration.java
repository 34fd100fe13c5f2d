package io.fdflux.spring;

import io.fdflux.reactor.netty.FdLoopResources;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Runs Spring Cloud Gateway's proxy client on the loops of the server. Its client is no {@code WebClient}, and is on
 * Reactor Netty's globals otherwise. An {@code HttpClient} of the application's own stays as it is.
 */
@AutoConfiguration(after = FdFluxAutoConfiguration.class)
@ConditionalOnClass(name = "org.springframework.cloud.gateway.config.GatewayAutoConfiguration")
@ConditionalOnBooleanProperty(name = "fdflux.gateway.enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(FdLoopResources.class)
@Conditional(ClientFits.Gateway.class)
class GatewayAutoConfiguration {

    /** First, so that a customizer of the application has the last word. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    HttpClientCustomizer fdFluxGatewayCustomizer(FdLoopResources resources, LoopsHolder loops) {
        return client -> {
            loops.usedBy("Spring Cloud Gateway");
            return client.runOn(resources);
        };
    }
}
