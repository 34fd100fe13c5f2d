package io.fdflux.spring;

import io.fdflux.reactor.netty.FdLoopResources;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Runs the server of the management port on fdflux, too, on a loop of its own: whether a loop is stuck is asked there.
 * Spring Boot makes the factory of that server by its constructor (ManagementContextFactory), so that it has no
 * {@link ReactorResourceFactory} and would stay on Reactor Netty's globals.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass(NettyReactiveWebServerFactory.class)
class ManagementServerConfiguration {

    @Bean
    @ConditionalOnSingleCandidate(ReactorResourceFactory.class)
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> fdFluxManagementServer(
            ReactorResourceFactory resources, LoopsHolder loops) {
        return factory -> {
            if (resources.getLoopResources() instanceof FdLoopResources) {
                ReactorResourceFactory own = new ReactorResourceFactory(); // is asked for its loops alone
                own.setLoopResources(loops.openForManagement());
                factory.setResourceFactory(own);
            }
        };
    }
}
