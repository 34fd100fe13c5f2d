package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.LoopView;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Loops that poll before they block. The engine's BusyPollTest has when they do. */
@OnEveryPoller
class BusyLoopsTest {

    private static final int TASKS = 1_000;

    @RegisterExtension
    final Loops loops = new Loops(FdLoops.builder()
            .name("test")
            .loops(1)
            .busyPoll(Duration.ofSeconds(1))
            .build()) {};

    private void submit() {
        loops.next().submit(() -> {}).syncUninterruptibly();
    }

    /** More waits than tasks: the loop does not block. */
    private void awaitBusyPolling() {
        long before = loops.count(Counter.WAIT_CALLS);
        await().until(() -> {
            submit();
            return loops.count(Counter.WAIT_CALLS) - before > TASKS;
        });
    }

    @Test
    @DisplayName("invariant 11: nobody makes the call while the loop is not blocked, and the loop sees the task")
    void tasksNeedNoWakeUp() {
        awaitBusyPolling();
        long before = loops.count(Counter.WAKEUPS_SENT);
        for (int i = 0; i < TASKS; i++) {
            submit();
        }
        // A machine that stops for longer than the loop polls makes it block.
        assertThat(loops.count(Counter.WAKEUPS_SENT) - before).isLessThan(TASKS / 10);
    }

    @Test
    void connectionsAreServed() throws Exception {
        Channel echo = loops.listen(() -> new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                context.writeAndFlush(message);
            }
        });
        awaitBusyPolling();
        byte[] bytes = Digest.bytes(100_000, 7);
        try (Peer peer = Peer.connect(echo)) {
            peer.send(bytes).end();
            assertThat(peer.readToEnd()).isEqualTo(bytes);
        }
    }

    @Test
    void aLoopThatRunsATaskIsNotSeenAsWaiting() throws InterruptedException {
        awaitBusyPolling();
        try (var _ = HeldLoop.hold(loops.next())) {
            assertThat(loops.loops().views().getFirst().state()).isEqualTo(LoopView.State.RUNNING);
        }
    }

    @Test
    void timesOutOfRangeAreRefused() {
        FdLoops.Builder builder = FdLoops.builder();
        assertThatThrownBy(() -> builder.busyPoll(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("loops poll busily for 0 to 1000 ms, not for PT-0.000000001S");
        assertThatThrownBy(() -> builder.busyPoll(Duration.ofSeconds(1, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
