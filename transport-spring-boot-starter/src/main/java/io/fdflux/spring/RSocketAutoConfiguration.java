package io.fdflux.spring;

import io.fdflux.reactor.netty.FdLoopResources;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.rsocket.netty.NettyRSocketServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Says that RSocket's server on a port of its own runs on the loops, as Boot gives it the
 * {@code ReactorResourceFactory}; or takes it off them, if {@code fdflux.rsocket.enabled} is false. An RSocket mapping
 * of the web server is part of that server.
 */
@AutoConfiguration(after = FdFluxAutoConfiguration.class)
@ConditionalOnClass(NettyRSocketServerFactory.class)
@ConditionalOnSingleCandidate(FdLoopResources.class)
class RSocketAutoConfiguration {

    @Bean
    static BeanPostProcessor fdFluxRSocketProcessor(Environment environment, ObjectProvider<LoopsHolder> loops) {
        boolean enabled = environment.getProperty("fdflux.rsocket.enabled", Boolean.class, true);
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String beanName) {
                if (bean instanceof NettyRSocketServerFactory factory) {
                    if (enabled) {
                        loops.getObject().usedBy("RSocket");
                    } else {
                        factory.setResourceFactory(null); // Reactor Netty's globals
                    }
                }
                return bean;
            }
        };
    }
}
