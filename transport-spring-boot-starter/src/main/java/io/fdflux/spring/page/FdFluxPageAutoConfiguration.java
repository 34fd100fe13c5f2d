package io.fdflux.spring.page;

import io.fdflux.FdLoops;
import io.fdflux.page.DemandPage;
import io.fdflux.spring.FdFluxAutoConfiguration;
import io.fdflux.spring.LoopGroups;
import java.util.Optional;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Serves the page that shows demand at work, if {@code fdflux.page.enabled} asks for it: on the management port where
 * there is one, else on the application's, with a warning. Where it cannot be served, one line says why, and the
 * application starts without it.
 */
@AutoConfiguration(after = FdFluxAutoConfiguration.class)
@ConditionalOnBooleanProperty("fdflux.page.enabled")
@EnableConfigurationProperties(FdFluxPageProperties.class)
public final class FdFluxPageAutoConfiguration {

    private static final Log LOG = LogFactory.getLog(FdFluxPageAutoConfiguration.class);

    FdFluxPageAutoConfiguration() {}

    private static void cannot(String reason) {
        LOG.warn("fdflux: fdflux.page.enabled asks for the page, which is not served: " + reason);
    }

    /** All that the page needs is there. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.REACTIVE)
    @ConditionalOnClass(name = "tools.jackson.databind.json.JsonMapper")
    @ConditionalOnBean(FdLoops.class)
    static class Page {

        @Bean
        Viewers fdFluxPageViewers() {
            return new Viewers();
        }

        @Bean
        PageRoutes fdFluxPageRoutes(
                LoopGroups groups,
                Viewers viewers,
                FdFluxPageProperties properties,
                ListableBeanFactory beans,
                Environment env) {
            String path = properties.checkedPath();
            Optional<String> obstacle =
                    PagePort.of(env) == PagePort.NONE ? Optional.empty() : EndpointPaths.inTheWayOf(path, beans);
            obstacle.ifPresent(FdFluxPageAutoConfiguration::cannot);
            return new PageRoutes(
                    new DemandPage(groups::opened, GatewayLinks::worksFor), path, viewers, obstacle.isEmpty());
        }

        @Bean
        GatewayLinks fdFluxGatewayLinks(Viewers viewers) {
            return new GatewayLinks(viewers);
        }

        @Bean
        PageAnnouncement fdFluxPageAnnouncement(PageRoutes routes, Environment environment) {
            return new PageAnnouncement(PagePort.of(environment), routes, environment);
        }

        @Bean
        @Conditional(PagePort.OnApplication.class)
        RouterFunction<ServerResponse> fdFluxPage(PageRoutes routes) {
            return routes.routes();
        }

        /** The page stays away from the application's port then, too. */
        @Configuration(proxyBeanMethods = false)
        @Conditional(PagePort.OnNone.class)
        static class WithoutPort {
            WithoutPort() {
                cannot("management.server.port is negative, so that there is no management port.");
            }
        }
    }

    /** Only messages. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnNotWebApplication
    static class WithoutServer {
        WithoutServer() {
            cannot("this application has no web server. spring-boot-starter-webflux brings one.");
        }
    }

    /** Only messages. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.SERVLET)
    static class WithServlets {
        WithServlets() {
            cannot("this is a servlet application, and the page needs WebFlux."
                    + " spring.main.web-application-type=reactive chooses it if both are there.");
        }
    }

    /** Only messages. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.REACTIVE)
    @ConditionalOnMissingBean(FdLoops.class)
    static class WithoutLoops {
        WithoutLoops() {
            cannot("this application does not run on fdflux, so there is nothing to show.");
        }
    }

    /** Only messages. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = Type.REACTIVE)
    @ConditionalOnMissingClass("tools.jackson.databind.json.JsonMapper")
    static class WithoutJackson {
        WithoutJackson() {
            cannot("Jackson is missing. spring-boot-starter-jackson brings it.");
        }
    }
}
