package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.spi.ReadinessSink;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When a loop polls before it blocks, by a clock that moves only where the test says so. */
class BusyPollTest {

    private static final long LIMIT = 50;
    private static final long NANOS_PER_POLL = 10;
    /** The polls of a busy one that finds nothing. */
    private static final int POLLS = (int) (LIMIT / NANOS_PER_POLL);

    private static final long SHORT = LIMIT - 1;

    private final TimedPoller poller = new TimedPoller();
    private final Engine engine = new Engine(poller, "the test's loop");
    private final Counters counters = engine.counters();
    private long now = 1_000;
    private boolean taskQueued;
    private int clockReads;

    private final LoopContext loop = new StillLoop(true) {
        @Override
        public boolean canBlock() {
            return !taskQueued;
        }

        @Override
        public long nanoTime() {
            clockReads++;
            return now;
        }
    };

    /** Notes the calls of each iteration: "poll" for one that does not block, "block" for one that may. */
    private final class TimedPoller extends SilentPoller {

        final List<String> calls = new ArrayList<>();
        long blockNanos;
        int eventInPoll;
        int taskInPoll;

        @Override
        public int poll(long timeoutNanos, ReadinessSink sink) {
            if (timeoutNanos != 0) {
                calls.add("block");
                now += blockNanos;
                return 0;
            }
            calls.add("poll");
            now += NANOS_PER_POLL;
            taskQueued = calls.size() == taskInPoll;
            return calls.size() == eventInPoll ? 1 : 0;
        }
    }

    private List<String> iterate() {
        poller.calls.clear();
        engine.iterate(loop);
        return poller.calls;
    }

    private List<String> iterate(long blockNanos) {
        poller.blockNanos = blockNanos;
        return iterate();
    }

    private static List<String> polls(int count) {
        return LongStream.range(0, count).mapToObj(i -> "poll").toList();
    }

    private static List<String> pollsAndBlock() {
        List<String> calls = new ArrayList<>(polls(POLLS));
        calls.add("block");
        return calls;
    }

    @Test
    void aLoopBlocksAtOnceAndReadsNoClockUnlessAskedTo() {
        for (int i = 0; i < 3; i++) {
            assertThat(iterate(SHORT)).containsExactly("block");
        }
        assertThat(clockReads).isZero();
    }

    @Test
    void afterAShortBlockALoopPollsUntilSomethingIsThere() {
        engine.busyPoll(LIMIT);
        assertThat(iterate(SHORT)).containsExactly("block");
        poller.eventInPoll = 3;
        assertThat(iterate()).isEqualTo(polls(3));
        assertThat(iterate()).as("it was worthwhile").isEqualTo(polls(3));
        poller.eventInPoll = 0;
        poller.taskInPoll = 2;
        assertThat(iterate()).isEqualTo(polls(2));
        assertThat(counters.get(Counters.WAIT_CALLS)).isEqualTo(1 + 3 + 3 + 2);
        assertThat(counters.get(Counters.TURNS)).as("no wait is going on").isEqualTo(1 + 3 + 3 + 2);
        assertThat(counters.get(Counters.EVENTS)).isEqualTo(2);
    }

    @Test
    void aQueuedTaskIsNotWaitedFor() {
        engine.busyPoll(LIMIT);
        iterate(SHORT);
        taskQueued = true;
        assertThat(iterate()).isEqualTo(polls(1));
    }

    @Test
    void aLoopThatIsIdleBlocksAtOnce() {
        engine.busyPoll(LIMIT);
        iterate(SHORT);
        assertThat(iterate(LIMIT)).isEqualTo(pollsAndBlock());
        for (int i = 0; i < 3; i++) {
            assertThat(iterate(LIMIT)).containsExactly("block");
        }
        assertThat(iterate(SHORT)).containsExactly("block");
        assertThat(iterate(SHORT)).isEqualTo(pollsAndBlock());
    }

    /** As where the peer needs this processor: each busy poll is in vain, and each block is short. */
    @Test
    void theMoreBusyPollsAreInVainTheRarerTheyBecome() {
        engine.busyPoll(LIMIT);
        int blocks = 0;
        List<Integer> pauses = new ArrayList<>();
        while (pauses.size() < 9) {
            if (iterate(SHORT).size() == 1) {
                blocks++;
            } else {
                pauses.add(blocks);
                blocks = 0;
            }
        }
        // The block behind a busy poll is the first of its pause.
        assertThat(pauses).containsExactly(1, 0, 1, 3, 7, 15, 31, 63, 63);
        poller.eventInPoll = 1;
        for (int i = 0; i < BusyPoll.LONGEST_PAUSE; i++) {
            iterate(SHORT);
        }
        assertThat(iterate()).isEqualTo(polls(1));
        poller.eventInPoll = 0;
        assertThat(iterate(SHORT))
                .as("it was worthwhile, so one failure counts little")
                .isEqualTo(pollsAndBlock());
        assertThat(iterate(SHORT)).isEqualTo(pollsAndBlock());
    }

    @Test
    void workComesFirst() {
        engine.busyPoll(LIMIT);
        iterate(SHORT);
        GuestRegistration busy = engine.admit(
                new Guest() {
                    @Override
                    public void turn() {
                        poller.calls.add("turn");
                    }

                    @Override
                    public void close() {
                        throw new AssertionError("a turn has failed");
                    }
                },
                0);
        busy.want();
        poller.eventInPoll = 2;
        assertThat(iterate()).containsExactly("turn", "poll");
    }
}
