package io.fdflux.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.spring.BlockingTask;
import io.fdflux.spring.FdFluxAutoConfiguration;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The health of real loops, one of which is blocked by a task. */
class LoopsHealthTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withPropertyValues(
                    "spring.reactor.netty.shutdown-quiet-period=0s", "fdflux.loops=2", "fdflux.health.stuck-after=20ms")
            .withConfiguration(
                    AutoConfigurations.of(FdFluxAutoConfiguration.class, FdFluxHealthAutoConfiguration.class));

    @Test
    void aBlockedLoopIsDownWithItsStackUntilItGoesOn() {
        application.run(context -> {
            FdLoops loops = context.getBean(FdLoops.class);
            LoopsHealthIndicator indicator = context.getBean("fdfluxHealthIndicator", LoopsHealthIndicator.class);
            EventLoop first = loops.group().next();
            EventLoop second = loops.group().next();
            first.submit(() -> {}).sync();
            second.submit(() -> {}).sync();
            await().untilAsserted(
                            () -> assertThat(indicator.health().getStatus()).isEqualTo(Status.UP));

            CountDownLatch goOn = new CountDownLatch(1);
            try {
                first.execute(new BlockingTask(goOn));
                first.execute(() -> {});
                await().until(() -> indicator.health().getStatus().equals(Status.DOWN));

                Map<?, ?> stuck = theOnlyOne(indicator.health());
                assertThat(stuck.get("loop")).isEqualTo(0);
                assertThat(stuck.get("group")).isEqualTo("fdflux-http");
                assertThat(stuck.get("pendingTasks")).isEqualTo(1);
                assertThat(stuck.get("thread")).asString().startsWith("fdflux-http");
                assertThat((Long) stuck.get("millis")).isGreaterThanOrEqualTo(20);
                assertThat(stuck.get("stack")).asString().contains("BlockingTask.run");
            } finally {
                goOn.countDown(); // else the loops would not close
            }
            await().until(() -> indicator.health().getStatus().equals(Status.UP));
            assertThat(indicator.health().getDetails()).containsOnly(Map.entry("loops", 2));
        });
    }

    private static Map<?, ?> theOnlyOne(Health health) {
        List<?> stuck = (List<?>) health.getDetails().get("stuck");
        assertThat(stuck).hasSize(1);
        return (Map<?, ?>) stuck.getFirst();
    }

    /** Otherwise a health check would keep idle loops awake. */
    @Test
    void checksDoNotWakeALoop() {
        application.run(context -> {
            FdLoops loops = context.getBean(FdLoops.class);
            LoopsHealthIndicator indicator = context.getBean("fdfluxHealthIndicator", LoopsHealthIndicator.class);
            loops.group().next().submit(() -> {}).sync();
            await().until(() -> loops.total(Counter.WAIT_CALLS) > loops.total(Counter.TURNS));
            long waits = loops.total(Counter.WAIT_CALLS);
            for (int i = 0; i < 100; i++) {
                assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            }
            assertThat(loops.total(Counter.WAIT_CALLS)).isEqualTo(waits);
        });
    }

    @Test
    void loopsThatNobodyUsesAreNotOpened() {
        application
                .withBean(
                        "reactorResourceFactory", org.springframework.http.client.ReactorResourceFactory.class, () -> {
                            var own = new org.springframework.http.client.ReactorResourceFactory();
                            own.setUseGlobalResources(false);
                            return own;
                        })
                .run(context -> {
                    Health health = context.getBean(LoopsHealthIndicator.class).health();
                    assertThat(health.getStatus()).isEqualTo(Status.UP);
                    assertThat(health.getDetails()).containsOnly(Map.entry("loops", 0));
                    assertThat(context.getBeanFactory().containsSingleton("fdLoopResources"))
                            .isFalse();
                });
    }

    @Test
    void itCanBeSwitchedOff() {
        application
                .withPropertyValues("management.health.fdflux.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LoopsHealthIndicator.class));
        application
                .withPropertyValues("fdflux.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(LoopsHealthIndicator.class));
    }

    @Test
    void aTimeThatIsNotPositiveFailsTheStart() {
        application
                .withPropertyValues("fdflux.health.stuck-after=0s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                        .hasMessageContaining("fdflux.health.stuck-after"));
    }

    @Test
    void withoutActuatorTheApplicationStarts() {
        application
                .withConfiguration(AutoConfigurations.of(FdFluxEndpointAutoConfiguration.class))
                .withClassLoader(
                        new FilteredClassLoader("org.springframework.boot.health", "org.springframework.boot.actuate"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(FdLoops.class));
    }
}
