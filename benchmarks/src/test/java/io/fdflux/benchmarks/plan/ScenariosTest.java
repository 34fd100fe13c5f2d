package io.fdflux.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ScenariosTest {

    @Test
    void theTableKnowsEveryScenarioThatTheServerHas() {
        assertThat(Scenarios.ALL)
                .extracting(Scenario::name)
                .containsExactlyInAnyOrderElementsOf(io.fdflux.benchmarks.program.scenario.Scenarios.names());
    }

    @Test
    void everyScenarioHasATarget() {
        assertThat(Scenarios.ALL)
                .allSatisfy(scenario -> assertThat(scenario.targets()).isNotEmpty());
    }

    @Test
    void baselinesAreScenarios() {
        assertThat(Scenarios.ALL).flatExtracting(Scenario::targets).allSatisfy(target -> {
            if (target.baseline() != null) {
                assertThat(Scenarios.named(target.baseline())).isNotNull();
            }
        });
    }

    @Test
    void theQuickFormHasBoundsOfCountsToCheck() {
        assertThat(Scenarios.QUICK)
                .map(Scenarios::named)
                .allSatisfy(
                        scenario -> assertThat(scenario.kqueue()).isNotEmpty().allMatch(Target::isExact));
    }

    @Test
    void onlySomeScenariosAreMeasuredOnHaproxyAndOnKqueue() {
        assertThat(Scenarios.ALL)
                .filteredOn(scenario -> scenario.runsOn(Transport.HAPROXY))
                .extracting(Scenario::name)
                .containsExactly(
                        "keep-alive-1",
                        "keep-alive-64",
                        "keep-alive-256",
                        "connection-per-request-loopback",
                        "http2-50",
                        "http2-100",
                        "http2-single",
                        "gateway");
        assertThat(Scenarios.named("keep-alive-1").runsOn(Transport.FDFLUX_KQUEUE))
                .isFalse();
        assertThat(Scenarios.named("keep-alive-64").runsOn(Transport.FDFLUX_KQUEUE))
                .isTrue();
        assertThat(Scenarios.ALL)
                .filteredOn(scenario -> scenario.runsOn(Transport.FDFLUX_BUSY))
                .extracting(Scenario::name)
                .containsExactly("keep-alive-1");
        assertThat(Scenarios.ALL).allMatch(scenario -> scenario.runsOn(Transport.IO_URING));
    }

    @Test
    void aPeerOfATargetServesItsScenario() {
        assertThat(Scenarios.ALL)
                .allSatisfy(scenario -> assertThat(scenario.targets())
                        .extracting(Target::peer)
                        .filteredOn(peer -> peer != null)
                        .allMatch(scenario::runsOn));
    }

    @Test
    void anUnknownScenarioIsRefusedWithTheNamesOfAll() {
        assertThatThrownBy(() -> Scenarios.named("keep-alive"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("keep-alive-64")
                .hasMessageContaining("start-up");
    }

    @Test
    void aRowThatLacksACellIsRefused() {
        assertThatThrownBy(() -> Scenarios.read("name | title | request | wrk 1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void howAScenarioIsDrivenIsRead() {
        assertThat(Sending.of("wrk 64 close neighbours")).isEqualTo(new Sending.Wrk(64, true, false));
        assertThat(Sending.of("wrk 8 tls")).isEqualTo(new Sending.Wrk(8, false, true));
        assertThat(Sending.of("h2load 4 50 haproxy")).isEqualTo(new Sending.H2load(4, 50));
        assertThatThrownBy(() -> Sending.of("curl")).isInstanceOf(IllegalArgumentException.class);
    }
}
