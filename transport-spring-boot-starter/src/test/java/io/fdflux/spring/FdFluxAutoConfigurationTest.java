package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.poller.Pollers;
import io.fdflux.reactor.netty.FdLoopResources;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import reactor.netty.resources.LoopResources;

/** The effect of an application's settings and beans on the auto-configuration. */
class FdFluxAutoConfigurationTest {

    /** An application without a server, with clients only. */
    private final ApplicationContextRunner clients = new ApplicationContextRunner()
            .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s")
            .withConfiguration(
                    AutoConfigurations.of(FdFluxAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class));

    private final Log log = new Log();

    @AfterEach
    void closeLog() {
        log.close();
    }

    @BeforeEach
    void pollerIsAvailable() {
        assertThat(Pollers.availability().values()).anyMatch(cause -> cause.isEmpty());
    }

    @Test
    void clientsRunOnTheBestPoller() {
        clients.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(ClientHttpConnector.class);
            FdLoopResources resources = context.getBean(FdLoopResources.class);
            assertThat(context.getBean(ReactorResourceFactory.class).getLoopResources())
                    .isSameAs(resources);
            FdLoops loops = context.getBean(FdLoops.class);
            assertThat(loops).isSameAs(resources.loops());
            assertThat(loops.count()).isEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(log.lines())
                    .containsExactly("fdflux: poller %s, %d event loops for Reactor Netty"
                            .formatted(loops.pollerName(), loops.count()));
        });
    }

    @Test
    void serverRunsOnIt() {
        new ReactiveWebApplicationContextRunner()
                .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s")
                .withConfiguration(AutoConfigurations.of(
                        FdFluxAutoConfiguration.class, NettyReactiveWebServerAutoConfiguration.class))
                .run(context -> assertThat(
                                context.getBean(ReactorResourceFactory.class).getLoopResources())
                        .isSameAs(context.getBean(FdLoopResources.class)));
    }

    @Test
    void loopsAreClosedWithTheContext() {
        FdLoopResources[] resources = new FdLoopResources[1];
        clients.run(context -> {
            resources[0] = context.getBean(FdLoopResources.class);
            assertThat(resources[0].isDisposed()).isFalse();
        });
        assertThat(resources[0].isDisposed()).isTrue();
    }

    /** The loops' usual timeout is 15 s. Unused loops skip the quiet period as well. */
    @Test
    void aQuietPeriodMayBeLongerThanTheTimeout() {
        FdLoopResources[] resources = new FdLoopResources[1];
        clients.withPropertyValues("spring.reactor.netty.shutdown-quiet-period=20m")
                .run(context -> resources[0] = context.getBean(FdLoopResources.class));
        assertThat(resources[0].isDisposed()).isTrue();
        assertThat(resources[0].loops().group().isTerminated()).isTrue();
    }

    @Test
    void aNegativeQuietPeriodFailsTheStart() {
        clients.withPropertyValues("spring.reactor.netty.shutdown-quiet-period=-1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContainingAll("spring.reactor.netty.shutdown-quiet-period", "PT-1S"));
    }

    @Test
    void numberOfLoopsIsASetting() {
        clients.withPropertyValues("fdflux.loops=1").run(context -> {
            assertThat(context.getBean(FdLoops.class).count()).isOne();
            assertThat(log.lines()).singleElement().asString().endsWith(", 1 event loop for Reactor Netty");
        });
    }

    @Test
    void noLoopsIsAnError() {
        clients.withPropertyValues("fdflux.loops=0")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContainingAll("fdflux.loops", "0"));
    }

    @Test
    void busyPollingIsASetting() {
        clients.withPropertyValues("fdflux.loops=1", "fdflux.busy-poll=1s").run(context -> {
            FdLoops loops = context.getBean(FdLoops.class);
            await().until(() -> {
                loops.group().submit(() -> {}).syncUninterruptibly();
                return loops.total(Counter.WAIT_CALLS) > 10_000; // a loop that blocks waits once or twice per task
            });
        });
        clients.withPropertyValues("fdflux.busy-poll=2s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContainingAll("fdflux.busy-poll", "PT2S"));
    }

    @Test
    void pollerIsASetting() {
        String name = clients().pollerName();
        clients.withPropertyValues("fdflux.poller=" + name)
                .run(context ->
                        assertThat(context.getBean(FdLoops.class).pollerName()).isEqualTo(name));
    }

    @Test
    void unknownPollerFailsTheStartAndNamesThoseThatAreAvailable() {
        String available = clients().pollerName();
        clients.withPropertyValues("fdflux.poller=select").run(context -> {
            FailureAnalysis analysis = analyze(context);
            assertThat(analysis.getDescription()).contains("select", available);
            assertThat(analysis.getAction()).contains("fdflux.poller", "fdflux.enabled=false");
        });
    }

    @Test
    void unavailablePollerFailsTheStart() {
        String available = clients().pollerName();
        String unavailable = Pollers.availability().entrySet().stream()
                .filter(poller -> poller.getValue().isPresent())
                .map(poller -> poller.getKey())
                .findFirst()
                .orElseThrow();
        clients.withPropertyValues("fdflux.poller=" + unavailable)
                .run(context -> assertThat(analyze(context).getDescription()).contains(unavailable, available));
    }

    @Test
    void disabledLeavesReactorNettysOwnTransport() {
        clients.withPropertyValues("fdflux.enabled=false").run(context -> {
            assertThat(context).doesNotHaveBean(FdLoops.class).doesNotHaveBean(FdLoopResources.class);
            assertDefaultTransport(context);
            assertThat(log.lines()).isEmpty();
        });
    }

    @Test
    void disabledIgnoresTheOtherSettings() {
        clients.withPropertyValues("fdflux.enabled=false", "fdflux.poller=select", "fdflux.loops=-1")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void backsOffForAResourceFactory() {
        clients.withUserConfiguration(OwnResourceFactory.class).run(context -> {
            assertThat(context).hasSingleBean(ReactorResourceFactory.class);
            assertDefaultTransport(context);
            assertThat(log.lines()).as("nothing was opened").isEmpty();
        });
    }

    @Test
    void loopsCanBeHadNextToAResourceFactory() {
        clients.withUserConfiguration(OwnResourceFactory.class)
                .run(context ->
                        assertThat(context.getBean(FdLoops.class).count()).isPositive());
    }

    @Test
    void backsOffForLoopResources() {
        clients.withUserConfiguration(OwnLoopResources.class).run(context -> {
            assertThat(context).hasSingleBean(LoopResources.class).doesNotHaveBean(FdLoops.class);
            assertDefaultTransport(context);
        });
    }

    @Test
    void usesFdLoopResourcesOfTheApplication() {
        clients.withUserConfiguration(OwnFdLoopResources.class).run(context -> {
            FdLoopResources resources = context.getBean(FdLoopResources.class);
            assertThat(context.getBean(FdLoops.class)).isSameAs(resources.loops());
            assertThat(context.getBean(ReactorResourceFactory.class).getLoopResources())
                    .isSameAs(resources);
        });
    }

    @Test
    void doesNothingWithoutReactorNetty() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(FdFluxAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("reactor.netty"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FdFluxAutoConfiguration.class));
    }

    private FdLoops clients() {
        FdLoops[] loops = new FdLoops[1];
        clients.run(context -> loops[0] = context.getBean(FdLoops.class));
        return loops[0];
    }

    private static FailureAnalysis analyze(AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        FailureAnalysis analysis = new PollerUnavailableFailureAnalyzer().analyze(context.getStartupFailure());
        assertThat(analysis).isNotNull();
        return analysis;
    }

    private static void assertDefaultTransport(AssertableApplicationContext context) {
        assertThat(context.getBean(ReactorResourceFactory.class).getLoopResources())
                .isNotNull()
                .isNotInstanceOf(FdLoopResources.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnResourceFactory {

        @Bean
        ReactorResourceFactory own() {
            ReactorResourceFactory factory = new ReactorResourceFactory();
            factory.setUseGlobalResources(false);
            return factory;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnLoopResources {

        @Bean(destroyMethod = "dispose")
        LoopResources own() {
            return LoopResources.create("own", 1, true);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFdLoopResources {

        @Bean(destroyMethod = "dispose")
        FdLoopResources own() {
            return FdLoopResources.builder("own").loops(1).daemon(true).build();
        }
    }
}
