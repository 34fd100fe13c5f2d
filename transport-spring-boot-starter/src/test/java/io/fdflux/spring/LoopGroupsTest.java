package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.spring.observe.FdFluxEndpoint;
import io.fdflux.spring.observe.FdFluxEndpointAutoConfiguration;
import io.fdflux.spring.observe.FdFluxHealthAutoConfiguration;
import io.fdflux.spring.observe.FdFluxMetricsAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The loops of clients are no bean, and lazy beans open theirs late. All are watched all the same. */
class LoopGroupsTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    FdFluxAutoConfiguration.class,
                    FdFluxEndpointAutoConfiguration.class,
                    FdFluxHealthAutoConfiguration.class,
                    FdFluxMetricsAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withBean(SimpleMeterRegistry.class)
            .withPropertyValues(
                    "fdflux.loops=1",
                    "fdflux.health.stuck-after=20ms",
                    "spring.reactor.netty.shutdown-quiet-period=0s",
                    "management.endpoints.web.exposure.include=fdflux");

    private static FdLoops clientLoops(ApplicationContext context) {
        return context.getBean(LoopsHolder.class).clientLoops("Test");
    }

    @Test
    void groupsAreSeenOnceTheyAreOpen() {
        application.run(context -> {
            FdFluxEndpoint endpoint = context.getBean(FdFluxEndpoint.class);
            LoopGroups groups = context.getBean(LoopGroups.class);
            FdLoops http = context.getBean(FdLoops.class);
            assertThat(groups.opened()).containsExactly(http);
            assertThat(endpoint.part("loops").toString())
                    .contains("fdflux-http")
                    .doesNotContain("fdflux-client");
            FdLoops clients = clientLoops(context);
            assertThat(clientLoops(context)).isSameAs(clients);
            assertThat(groups.opened()).containsExactly(http, clients);
            assertThat(endpoint.part("loops").toString()).contains("fdflux-http", "fdflux-client");
        });
    }

    @Test
    void aWatcherMeetsEachGroupOnce() {
        application.run(context -> {
            List<FdLoops> met = new ArrayList<>();
            context.getBean(LoopGroups.class).whenOpened(met::add);
            FdLoops http = context.getBean(FdLoops.class);
            assertThat(met).containsExactly(http);
            FdLoops clients = clientLoops(context);
            clientLoops(context);
            assertThat(met).containsExactly(http, clients);
        });
    }

    @Test
    void aStuckLoopOfAClientThatConnectedLateIsSeen() {
        application.run(context -> assertStuckLoopIsSeen(context, LoopGroupsTest::clientLoops));
    }

    @Test
    void aStuckLoopOfALazyBeanIsSeen() {
        application
                .withUserConfiguration(LateLoops.class)
                .run(context -> assertStuckLoopIsSeen(context, late -> late.getBean("mine", FdLoops.class)));
    }

    private static void assertStuckLoopIsSeen(ApplicationContext context, Function<ApplicationContext, FdLoops> open) {
        HealthIndicator indicator = context.getBean(HealthIndicator.class);
        assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
        FdLoops late = open.apply(context);
        CountDownLatch goOn = new CountDownLatch(1);
        try {
            late.group().execute(new BlockingTask(goOn));
            await().until(() -> indicator.health().getStatus().equals(Status.DOWN));
            assertThat(indicator.health().getDetails().get("stuck"))
                    .asString()
                    .contains("group=" + late.name(), "BlockingTask.run");
        } finally {
            goOn.countDown();
        }
        await().until(() -> indicator.health().getStatus().equals(Status.UP));
    }

    @Test
    void loopsThatAreOpenedLateHaveMeters() {
        application.run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            assertThat(registry.find("fdflux.loop.waits")
                            .tag("group", "fdflux-client")
                            .functionCounters())
                    .isEmpty();
            clientLoops(context);
            assertThat(registry.get("fdflux.loop.waits")
                            .tag("group", "fdflux-client")
                            .functionCounters())
                    .hasSize(1);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class LateLoops {

        @Bean
        @Lazy
        FdLoops mine() {
            return FdLoops.builder().name("mine").loops(1).build();
        }
    }
}
