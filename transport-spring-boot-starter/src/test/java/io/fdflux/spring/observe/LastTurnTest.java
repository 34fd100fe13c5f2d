package io.fdflux.spring.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopView.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The table of {@link LastTurn}. */
class LastTurnTest {

    private static final int TURN = 7;

    private final LastTurn last = new LastTurn();

    @Test
    void aLoopThatRunsIsStuckForItsTurn() {
        assertThat(last.stuckFor(State.RUNNING, TURN, 0, 500, 1_000)).isEqualTo(500);
        assertThat(last.stuckFor(State.RUNNING, TURN, 3, 900, 1_400)).isEqualTo(900);
    }

    @Test
    void anIdleLoopIsNotStuck() {
        assertThat(last.stuckFor(State.WAITING, TURN, 0, 0, 1_000)).isZero();
        assertThat(last.stuckFor(State.WAITING, TURN, 0, 0, 9_000)).isZero();
    }

    @Test
    void aLoopThatSleepsOverItsTasksIsStuckSinceTheFirstLook() {
        assertThat(last.stuckFor(State.WAITING, TURN, 1, 0, 1_000)).isZero();
        assertThat(last.stuckFor(State.WAITING, TURN, 2, 0, 4_000)).isEqualTo(3_000);
    }

    @Test
    void aTurnBetweenTwoLooksBeginsAnew() {
        last.stuckFor(State.WAITING, TURN, 1, 0, 1_000);
        assertThat(last.stuckFor(State.WAITING, TURN + 1, 1, 0, 4_000)).isZero();
        assertThat(last.stuckFor(State.WAITING, TURN + 1, 1, 0, 5_000)).isEqualTo(1_000);
    }

    /** The tasks of the first look are gone, although the count of the turns is the same: a look may be late. */
    @Test
    void tasksThatAreGoneBetweenTwoLooksBeginAnew() {
        last.stuckFor(State.WAITING, TURN, 1, 0, 1_000);
        last.stuckFor(State.WAITING, TURN, 0, 0, 2_000);
        assertThat(last.stuckFor(State.WAITING, TURN, 1, 0, 4_000)).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"NEW", "ENDED"})
    void aLoopThatDoesNotRunIsNotStuck(State state) {
        assertThat(last.stuckFor(state, TURN, 1, 500, 1_000)).isZero();
        assertThat(last.stuckFor(state, TURN, 1, 500, 9_000)).isZero();
    }
}
