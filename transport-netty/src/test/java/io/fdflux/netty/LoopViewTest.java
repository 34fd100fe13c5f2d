package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.LoopView;
import io.fdflux.LoopView.State;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is seen of a loop from outside, and that looking does not touch it. */
@OnEveryPoller
class LoopViewTest {

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final LoopView first = loops.loops().views().getFirst();
    private final LoopView second = loops.loops().views().getLast();

    @Test
    void aLoopWithoutATaskHasNoThread() {
        assertThat(loops.loops().views()).extracting(LoopView::index).containsExactly(0, 1);
        assertThat(first.state()).isEqualTo(State.NEW);
        assertThat(first.thread()).isEmpty();
        assertThat(first.counters().get(Counter.WAIT_CALLS)).isZero();
    }

    @Test
    void viewsAreThoseOfTheLoopsInTheirOrder() throws InterruptedException {
        loops.group().next().submit(() -> {}).sync();
        await().until(() -> first.state() == State.WAITING);
        assertThat(second.state()).isEqualTo(State.NEW);
        assertThat(first.counters()).isSameAs(loops.loops().counters().getFirst());
    }

    @Test
    void looksDoNotWakeALoop() {
        Channel listener = loops.listen(ChannelInboundHandlerAdapter::new);
        await().until(() -> first.state() == State.WAITING && first.pendingTasks() == 0);
        long turns = first.counters().get(Counter.TURNS);
        for (int i = 0; i < 1_000; i++) {
            assertThat(first.state()).isEqualTo(State.WAITING);
            assertThat(first.registered()).isEqualTo(1);
            assertThat(first.lingering()).isZero();
            assertThat(first.presentTurnNanos()).isZero();
        }
        assertThat(first.counters().get(Counter.TURNS)).isEqualTo(turns);
        assertThat(first.thread().orElseThrow().isAlive()).isTrue();
        listener.close().syncUninterruptibly();
    }

    @Test
    void aBlockedLoopRunsOneTurnAndItsTasksAreSeen() throws InterruptedException {
        loops.loops().measureTurns(true);
        loops.turn();
        HeldLoop held = HeldLoop.hold(loops.next());
        LoopView blocked = first.presentTurnNanos() > 0 ? first : second;
        assertThat(blocked.state()).isEqualTo(State.RUNNING);
        long turns = blocked.counters().get(Counter.TURNS);
        long lasted = blocked.presentTurnNanos();
        assertThat(lasted).isPositive();
        assertThat(blocked.longestTurnNanos()).isGreaterThan(lasted);
        assertThat(blocked.presentTurnNanos()).isGreaterThan(lasted);
        assertThat(blocked.counters().get(Counter.TURNS)).isEqualTo(turns);
        held.close();
        loops.turn();
        assertThat(blocked.counters().get(Counter.TURNS)).isGreaterThan(turns);
        assertThat(blocked.longestTurnNanos()).isGreaterThan(lasted);
        assertThat(blocked.counters().get(Counter.TASK_NANOS)).isGreaterThan(lasted);
        assertThat(loops.count(Counter.WAIT_NANOS)).isPositive();
    }

    @Test
    void closedLoopsHaveEnded() {
        loops.turn();
        loops.close();
        assertThat(loops.loops().views()).extracting(LoopView::state).containsOnly(State.ENDED);
        assertThat(first.pendingTasks()).isZero();
    }
}
