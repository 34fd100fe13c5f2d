package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks the truth table of {@link Direction}. */
class DirectionTest {

    private static Direction direction(boolean wanted, boolean ready, boolean armed) {
        Direction direction = new Direction();
        direction.wanted = wanted;
        direction.ready = ready;
        direction.armed = armed;
        return direction;
    }

    @Test
    void isReadyAtFirstAndWantsNothing() {
        Direction direction = new Direction();
        assertThat(direction.ready).isTrue();
        assertThat(direction.wanted).isFalse();
        assertThat(direction.armed).isFalse();
    }

    @ParameterizedTest(name = "wanted {0}, ready {1}, armed {2}")
    @CsvSource({
        "true,  true,  false, true,  false",
        "true,  true,  true,  true,  false",
        "true,  false, false, false, true",
        "true,  false, true,  false, false",
        "false, true,  false, false, false",
        "false, true,  true,  false, false",
        "false, false, false, false, false",
        "false, false, true,  false, false",
    })
    void table(boolean wanted, boolean ready, boolean armed, boolean runnable, boolean needsArming) {
        Direction direction = direction(wanted, ready, armed);
        assertThat(direction.runnable()).isEqualTo(runnable);
        assertThat(direction.needsArming()).isEqualTo(needsArming);
    }

    @ParameterizedTest(name = "wanted {0}, armed {1}, spent {2}")
    @CsvSource({"true,true,true", "true,true,false", "false,true,true", "false,true,false", "false,false,false"})
    void eventSetsReadyAndIsSpentWhereEventsAre(boolean wanted, boolean armed, boolean spent) {
        Direction direction = direction(wanted, false, armed);
        assertThat(direction.event(spent)).isFalse();
        assertThat(direction.ready).isTrue();
        assertThat(direction.armed).isEqualTo(armed && !spent);
    }

    @Test
    void secondUnwantedEventOfPersistentWatchTakesItOff() {
        Direction direction = direction(false, false, true);
        assertThat(direction.event(false)).isFalse();
        assertThat(direction.event(false)).isTrue();
    }

    @Test
    void spentWatchNeedsNoTakingOff() {
        Direction direction = direction(false, false, true);
        assertThat(direction.event(true)).isFalse();
        assertThat(direction.event(true)).isFalse();
    }

    @Test
    void wantedEventsAreNeverTakenOff() {
        Direction direction = direction(true, false, true);
        for (int i = 0; i < 5; i++) {
            assertThat(direction.event(false)).isFalse();
        }
    }

    @Test
    void aWantedEventBetweenForgivesTheUnwantedOne() {
        Direction direction = direction(false, false, true);
        direction.event(false);
        direction.wanted = true;
        direction.event(false);
        direction.wanted = false;
        assertThat(direction.event(false)).isFalse();
    }
}
