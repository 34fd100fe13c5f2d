package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;

/** Spring Cloud Gateway with one route, in front of a backend on the same loops. */
final class SpringCloudGatewayScenario implements Scenario {

    /** The URI of the backend, as a bean. */
    record Backend(String uri) {}

    /** The application. Its own resources of Reactor Netty make the starter of fdflux back off. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        ReactorResourceFactory reactorResources(LoopResources loops) {
            ReactorResourceFactory resources = new ReactorResourceFactory();
            resources.setUseGlobalResources(false);
            resources.setLoopResources(loops);
            return resources;
        }

        @Bean
        HttpClientCustomizer onTheServersLoops(LoopResources loops) {
            return client -> client.runOn(loops);
        }

        @Bean
        RouteLocator routes(RouteLocatorBuilder builder, Backend backend) {
            return builder.routes()
                    .route("all", route -> route.path("/**").uri(backend.uri()))
                    .build();
        }
    }

    @Override
    public Served serve(TransportLoops loops, int port) {
        DisposableServer backend = Http.server(loops, 0)
                .handle((request, response) -> response.sendString(Mono.just(Http.HELLO)))
                .bindNow();
        ConfigurableApplicationContext gateway = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.REACTIVE)
                .initializers(beans(loops.resources(), new Backend("http://127.0.0.1:" + backend.port())))
                .properties(Map.of(
                        "server.address",
                        "127.0.0.1",
                        "server.port",
                        port,
                        "spring.main.banner-mode",
                        "off",
                        "spring.main.log-startup-info",
                        false))
                .run();
        return new Served(
                        gateway.getEnvironment().getRequiredProperty("local.server.port", Integer.class),
                        () -> Served.NOT_COUNTED,
                        gateway::close)
                .then(backend::disposeNow);
    }

    private static ApplicationContextInitializer<GenericApplicationContext> beans(
            LoopResources loops, Backend backend) {
        return context -> {
            // The loops are their opener's, not the application's to close.
            context.registerBean(LoopResources.class, () -> loops, definition -> definition.setDestroyMethodName(""));
            context.registerBean(Backend.class, () -> backend);
        };
    }
}
