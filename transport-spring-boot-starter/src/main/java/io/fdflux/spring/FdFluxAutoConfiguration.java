package io.fdflux.spring;

import io.fdflux.FdLoops;
import io.fdflux.poller.Pollers;
import io.fdflux.reactor.netty.FdLoopResources;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.ReactorNettyProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/**
 * Runs the WebFlux server on fdflux, RSocket's server, and every WebClient of Spring Boot's {@code WebClient.Builder}.
 * They get a {@link ReactorResourceFactory} with {@link FdLoopResources}. The {@link FdLoops} below them are a bean
 * too. Spring Cloud Gateway's client, R2DBC, Redis and MongoDB have configurations of their own, which follow this one.
 *
 * <p>The configuration backs off, as usual in Spring Boot, if the application has its own
 * {@link ReactorResourceFactory} or {@link LoopResources}. Own {@link FdLoopResources} are used. Without an available
 * poller, Reactor Netty's default stays, with a warning in the log.
 *
 * <p>Clients of {@code WebClient.create()} use Reactor Netty's global resources, which stay untouched. Those outlive an
 * application context, and other contexts in the same JVM share them.
 */
@AutoConfiguration(
        before = NettyReactiveWebServerAutoConfiguration.class,
        beforeName = {
            "org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration",
            "org.springframework.boot.rsocket.autoconfigure.RSocketServerAutoConfiguration"
        })
@ConditionalOnClass({ReactorResourceFactory.class, LoopResources.class})
@ConditionalOnBooleanProperty(name = "fdflux.enabled", matchIfMissing = true)
@EnableConfigurationProperties({FdFluxProperties.class, ReactorNettyProperties.class})
public final class FdFluxAutoConfiguration {

    FdFluxAutoConfiguration() {}

    @Bean
    static OpenLoops fdFluxOpenLoops() {
        return new OpenLoops();
    }

    /** Lazy but for the holder, so that no descriptor is opened for an application with its own resource factory. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(PlatformCondition.Supported.class)
    static class Loops {

        @Bean
        LoopsHolder fdFluxLoopsHolder(
                FdFluxProperties properties, ReactorNettyProperties reactorNetty, OpenLoops open) {
            return new LoopsHolder(properties, reactorNetty.getShutdownQuietPeriod(), open);
        }

        @Bean(destroyMethod = "") // the holder closes them
        @Lazy
        @ConditionalOnMissingBean(LoopResources.class)
        FdLoopResources fdLoopResources(LoopsHolder holder) {
            return holder.open();
        }

        @Bean(destroyMethod = "") // closed with their resources
        @Lazy
        @ConditionalOnSingleCandidate(FdLoopResources.class)
        @ConditionalOnMissingBean
        FdLoops fdLoops(FdLoopResources resources) {
            return resources.loops();
        }

        @Bean
        @ConditionalOnSingleCandidate(FdLoopResources.class)
        @ConditionalOnMissingBean
        ReactorResourceFactory reactorResourceFactory(FdLoopResources resources) {
            ReactorResourceFactory factory = new ReactorResourceFactory();
            factory.setUseGlobalResources(false);
            factory.setLoopResources(resources);
            return factory;
        }
    }

    /** Logs the warning, nothing else. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(PlatformCondition.Unsupported.class)
    @ConditionalOnMissingBean({ReactorResourceFactory.class, LoopResources.class})
    static class DefaultTransport {

        private static final Log LOG = LogFactory.getLog(FdFluxAutoConfiguration.class);

        DefaultTransport() {
            LOG.warn(
                    PlatformCondition.describe(Pollers.availability()) + " Reactor Netty's default transport is used.");
        }
    }
}
