package io.fdflux.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.spring.FdFluxAutoConfiguration;
import io.fdflux.spring.Log;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The meters in an application with a registry, without one, and without Micrometer. */
class FdLoopsMetersTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.loops=2")
            .withConfiguration(
                    AutoConfigurations.of(FdFluxAutoConfiguration.class, FdFluxMetricsAutoConfiguration.class));

    private final ApplicationContextRunner measured = application.withConfiguration(AutoConfigurations.of(
            MetricsAutoConfiguration.class,
            CompositeMeterRegistryAutoConfiguration.class,
            SimpleMetricsExportAutoConfiguration.class));

    private final Log log = Log.of(FdFluxMetricsAutoConfiguration.class);

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void eachLoopHasMetersInTheApplicationsRegistry() {
        measured.run(context -> {
            FdLoops loops = context.getBean(FdLoops.class);
            loops.group().next().submit(() -> {}).sync();
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(registry.get("fdflux.loop.waits")
                            .tag("group", "fdflux-http")
                            .functionCounters())
                    .hasSize(2);
            // The loop goes on to its next wait meanwhile.
            await().untilAsserted(() -> assertThat(registry.get("fdflux.loop.waits")
                            .tag("loop", "0")
                            .functionCounter()
                            .count())
                    .isEqualTo(loops.counters().getFirst().get(Counter.WAIT_CALLS)));
            assertThat(registry.get("fdflux.loop.lag").timeGauges()).hasSize(2);
        });
    }

    @Test
    void timesCanBeLeftOut() {
        measured.withPropertyValues("fdflux.metrics.times=false").run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(registry.get("fdflux.loop.waits").functionCounters()).hasSize(2);
            assertThat(registry.find("fdflux.loop.lag").timeGauges()).isEmpty();
        });
    }

    @Test
    void metersCanBeSwitchedOff() {
        for (String setting : new String[] {"fdflux.metrics.enabled=false", "fdflux.enabled=false"}) {
            measured.withPropertyValues(setting).run(context -> {
                assertThat(context).hasNotFailed();
                assertThat(context.getBean(MeterRegistry.class)
                                .find("fdflux.loop.waits")
                                .functionCounters())
                        .isEmpty();
            });
        }
    }

    @Test
    void loopsThatNobodyUsesAreNotOpened() {
        measured.withBean(
                        "reactorResourceFactory", org.springframework.http.client.ReactorResourceFactory.class, () -> {
                            var own = new org.springframework.http.client.ReactorResourceFactory();
                            own.setUseGlobalResources(false);
                            return own;
                        })
                .run(context -> {
                    assertThat(context.getBean(MeterRegistry.class)
                                    .find("fdflux.loop.waits")
                                    .functionCounters())
                            .isEmpty();
                    assertThat(context.getBeanFactory().containsSingleton("fdLoopResources"))
                            .isFalse();
                });
    }

    @Test
    void withoutARegistryNothingHappens() {
        application.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(FdLoops.class);
            assertThat(log.lines()).isEmpty();
        });
    }

    @Test
    void metersThatWereAskedForWithoutARegistryAreMissedInTheLog() {
        application.withPropertyValues("fdflux.metrics.enabled=true").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("fdflux.metrics.enabled", "MeterRegistry", "spring-boot-starter-actuator");
        });
    }

    @Test
    void withoutMicrometerTheApplicationStarts() {
        application
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(FdLoops.class));
    }
}
