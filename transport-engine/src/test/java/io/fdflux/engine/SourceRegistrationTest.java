package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import io.fdflux.spi.FileChange;
import io.fdflux.spi.Poller;
import io.fdflux.spi.SourceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** Tests the table of {@link SourceRegistration}: demand, reports, refusals, priorities. */
class SourceRegistrationTest {

    private static final int WINCH = 28;
    private static final int TERM = 15;

    /** Whether a task is queued, so that reports wait for the next iteration. */
    private boolean busy;
    /** Whether a timer is due when the wait ends. */
    private boolean due;

    private final LoopContext loop = new StillLoop(true) {
        @Override
        public boolean canBlock() {
            return !busy;
        }

        @Override
        public long nanosToDeadline() {
            return due ? 0 : -1;
        }
    };

    private final FakeSources kernel = new FakeSources();
    private final Engine engine = new Engine(kernel, "the test's loop");
    /** What the handles were called with, in order. */
    private final List<String> called = new ArrayList<>();

    private final class Probe implements SourceHandle {

        private final String name;
        private final int priority;
        private LongConsumer whenOccurred = count -> {};
        private SourceRegistration registration;

        Probe(String name, int priority) {
            this.name = name;
            this.priority = priority;
        }

        @Override
        public void occurred(long count, int detail) {
            called.add(name + " " + count + (detail == 0 ? "" : " detail " + detail));
            whenOccurred.accept(count);
        }

        @Override
        public void refused(int errno) {
            called.add(name + " refused " + Errno.name(errno));
            registration.cancel();
        }

        @Override
        public void close() {
            called.add(name + " closed");
            registration.cancel();
        }

        @Override
        public int priority() {
            return priority;
        }
    }

    private Probe watch(String name, SourceKind kind, long ident, int priority) {
        Probe probe = new Probe(name, priority);
        probe.registration = engine.watch(kind, ident, 0, probe);
        return probe;
    }

    private Probe watch(int signal) {
        return watch("s" + signal, SourceKind.SIGNAL, signal, 0);
    }

    private void iterate() {
        engine.iterate(loop);
    }

    private long counter(int counter) {
        return engine.counters().get(counter);
    }

    @Test
    void nothingIsDeliveredWithoutDemand() {
        Probe probe = watch(WINCH);
        kernel.occur(WINCH, 2, 0);
        iterate();
        kernel.occur(WINCH, 3, 0);
        iterate();
        assertThat(called).isEmpty();
        assertThat(kernel.calls).as("one report came, and none was asked for").containsExactly("watch 28");
        assertThat(counter(Counters.UNWANTED_EVENTS)).isEqualTo(1);

        probe.registration.want();
        iterate();
        assertThat(called).containsExactly("s28 2");
        iterate();
        assertThat(called).as("one call for one demand").hasSize(1);
        probe.registration.want();
        iterate();
        assertThat(called).containsExactly("s28 2", "s28 3");
        assertThat(kernel.calls).containsExactly("watch 28", "rearm 28");
        assertThat(counter(Counters.ARMS)).isEqualTo(2);
        assertThat(counter(Counters.EVENTS)).isEqualTo(2);
    }

    @Test
    void demandIsArmedOnlyWhenNothingHasOccurred() {
        Probe probe = watch(WINCH);
        probe.registration.want();
        probe.registration.want();
        iterate();
        assertThat(kernel.calls).as("armed by the watch").containsExactly("watch 28");
        kernel.occur(WINCH, 1, 0);
        iterate();
        assertThat(called).as("two demands before it are one").containsExactly("s28 1");
        probe.registration.want();
        assertThat(kernel.calls).containsExactly("watch 28", "rearm 28");
    }

    @Test
    void demandInsideTheCallIsServedByTheNextReport() {
        Probe probe = watch(WINCH);
        probe.whenOccurred = count -> probe.registration.want();
        probe.registration.want();
        for (int i = 1; i <= 3; i++) {
            kernel.occur(WINCH, i, 0);
            iterate();
        }
        assertThat(called).containsExactly("s28 1", "s28 2", "s28 3");
    }

    @Test
    void theDetailOfAReportIsKeptWithItsCount() {
        Probe probe = watch("file", SourceKind.FILE, 5, 0);
        kernel.occur(5, 1, FileChange.WRITE);
        iterate();
        kernel.occur(5, 1, FileChange.RENAME);
        probe.registration.want();
        iterate();
        probe.registration.want();
        iterate();
        assertThat(called).containsExactly("file 1 detail " + FileChange.WRITE, "file 1 detail " + FileChange.RENAME);
    }

    @Test
    void identAndDetailReachThePoller() {
        Probe probe = new Probe("timer", 0);
        probe.registration = engine.watch(SourceKind.TIMER, 0, Long.MAX_VALUE, probe);
        assertThat(kernel.watchedDetails).containsEntry(0L, Long.MAX_VALUE);
        assertThat(probe.registration.isValid()).isTrue();
    }

    @Test
    void aSourceThatIsRefusedAtOnceIsNotifiedInTheNextIterationWithoutDemand() {
        kernel.answer = -Errno.EBUSY;
        Probe probe = watch(TERM);
        assertThat(called).as("not in the call").isEmpty();
        iterate();
        assertThat(called).containsExactly("s15 refused EBUSY");
        assertThat(probe.registration.isValid()).isFalse();
        probe.registration.want();
        iterate();
        assertThat(called).hasSize(1);
        assertThat(kernel.calls).as("nothing to unwatch").containsExactly("watch 15");
        assertThat(counter(Counters.ARMS)).isZero();
    }

    @Test
    void aSourceThatIsRefusedLaterDeliversWhatOccurredBefore() {
        Probe probe = watch(TERM);
        kernel.occur(TERM, 1, 0);
        iterate();
        kernel.refuse(TERM, Errno.EBADF);
        probe.registration.want();
        iterate();
        iterate();
        assertThat(called).containsExactly("s15 1", "s15 refused EBADF");
        assertThat(probe.registration.isValid()).isFalse();
        assertThat(kernel.calls).doesNotContain("unwatch 15");
    }

    @Test
    void aPollerWithoutSourcesRefusesEach() {
        Poller plain = new DescriptorPoller();
        Engine without = new Engine(plain, "the test's loop");
        Probe probe = new Probe("timer", 0);
        assertThat(without.offers(SourceKind.TIMER)).isFalse();
        probe.registration = without.watch(SourceKind.TIMER, 0, 0, probe);
        without.iterate(loop);
        assertThat(called).containsExactly("timer refused ENOSYS");
        without.destroy();
    }

    /** A poller of descriptors alone, without any. */
    private static final class DescriptorPoller extends SilentPoller {
        @Override
        public int update(int fd, int before, int now, long token) {
            throw new AssertionError("no descriptor");
        }

        @Override
        public void forget(int fd, long token) {
            throw new AssertionError("no descriptor");
        }

        @Override
        public boolean armSpentByEvent() {
            return true;
        }
    }

    @Test
    void afterCancelNothingIsDelivered() {
        Probe probe = watch(WINCH);
        Probe other = watch(TERM);
        probe.registration.want();
        other.registration.want();
        kernel.occur(WINCH, 1, 0);
        kernel.occur(TERM, 1, 0);
        busy = true;
        iterate(); // both stand on the run list now
        assertThat(called).isEmpty();
        assertThat(probe.registration.cancel()).isTrue();
        assertThat(probe.registration.cancel()).isFalse();
        assertThat(probe.registration.isValid()).isFalse();
        assertThat(kernel.isWatched(WINCH)).isFalse();
        iterate();
        assertThat(called).containsExactly("s15 1");
        probe.registration.want();
        iterate();
        assertThat(kernel.calls).doesNotContain("rearm 28");
    }

    @Test
    void cancelInsideTheCallEndsTheWatch() {
        Probe probe = watch(WINCH);
        probe.whenOccurred = count -> {
            probe.registration.want();
            probe.registration.cancel();
        };
        probe.registration.want();
        kernel.occur(WINCH, 1, 0);
        iterate();
        iterate();
        assertThat(called).containsExactly("s28 1");
        assertThat(kernel.isWatched(WINCH)).isFalse();
    }

    @Test
    void aHandleThatThrowsIsClosedAndTheOthersGoOn() {
        Probe bad = watch(WINCH);
        bad.whenOccurred = count -> {
            throw new AssertionError("of user code");
        };
        Probe good = watch(TERM);
        bad.registration.want();
        good.registration.want();
        kernel.occur(WINCH, 1, 0);
        kernel.occur(TERM, 1, 0);
        iterate();
        assertThat(called).containsExactly("s28 1", "s28 closed", "s15 1");
        assertThat(kernel.isWatched(WINCH)).isFalse();
    }

    @Test
    void theEndOfTheLoopClosesSources() {
        watch(WINCH);
        watch(TERM);
        assertThat(engine.closeAll()).isTrue();
        assertThat(called).containsExactlyInAnyOrder("s28 closed", "s15 closed");
        assertThat(engine.closeAll()).as("nothing is left").isFalse();
        watch(WINCH);
        engine.destroy();
        assertThat(called).hasSize(3);
        assertThat(kernel.closed).isTrue();
    }

    // ---- order

    @Test
    void higherPrioritiesRunFirstWhateverTheOrderOfTheReports() {
        Probe low = watch("low", SourceKind.SIGNAL, 1, -5);
        Probe normal = watch("normal", SourceKind.SIGNAL, 2, 0);
        Probe high = watch("high", SourceKind.SIGNAL, 3, 5);
        for (Probe probe : List.of(low, normal, high)) {
            probe.registration.want();
        }
        for (long signal = 1; signal <= 3; signal++) {
            kernel.occur(signal, 1, 0);
        }
        iterate();
        assertThat(called).containsExactly("high 1", "normal 1", "low 1");
    }

    @Test
    void aSourceRunsBeforeOrAfterDescriptorsByItsPriority() {
        Reader reader = new Reader(7, 0);
        reader.registration.doNotSpeculate();
        reader.registration.wantRead();
        Probe low = watch("low", SourceKind.SIGNAL, 1, -1);
        Probe high = watch("high", SourceKind.SIGNAL, 2, 1);
        low.registration.want();
        high.registration.want();
        kernel.occur(1, 1, 0);
        kernel.occur(2, 1, 0);
        iterate();
        assertThat(called).containsExactly("high 1", "read 7", "low 1");
    }

    /** Two sources that occur all the time, each with demand all the time, get a turn in each pass. */
    @Test
    void noPriorityStarvesAnother() {
        for (int priority : new int[] {9, 0, -9}) {
            Probe probe = watch("p" + priority, SourceKind.SIGNAL, 100 + priority, priority);
            probe.whenOccurred = count -> {
                kernel.occur(100 + priority, 1, 0);
                probe.registration.want();
            };
            kernel.occur(100 + priority, 1, 0);
            probe.registration.want();
        }
        for (int i = 0; i < 5; i++) {
            iterate();
        }
        assertThat(called)
                .containsExactly(
                        "p9 1", "p0 1", "p-9 1", "p9 1", "p0 1", "p-9 1", "p9 1", "p0 1", "p-9 1", "p9 1", "p0 1",
                        "p-9 1", "p9 1", "p0 1", "p-9 1");
    }

    /** A descriptor with a priority that is always ready, and one without: each attempt of a pass is made. */
    @Test
    void aReadyDescriptorOfHighPriorityDoesNotStarveOthers() {
        Reader greedy = new Reader(1, 3);
        greedy.alwaysReady = true;
        Reader modest = new Reader(2, 0);
        modest.alwaysReady = true;
        modest.registration.wantRead();
        greedy.registration.wantRead();
        iterate();
        assertThat(called).startsWith("read 1", "read 2", "read 1", "read 2");
        assertThat(called.stream().filter("read 2"::equals))
                .hasSameSizeAs(called.stream().filter("read 1"::equals).toList());
    }

    @Test
    void aQueuedTaskRunsBeforeWhatAPollReports() {
        Probe probe = watch("urgent", SourceKind.SIGNAL, WINCH, 9);
        probe.registration.want();
        kernel.occur(WINCH, 1, 0);
        busy = true;
        iterate();
        assertThat(called).as("the loop runs its task now (invariant 6)").isEmpty();
        busy = false;
        iterate();
        assertThat(called).containsExactly("urgent 1");
    }

    @Test
    void aTimerThatIsDueBehindThePollRunsBeforeWhatThePollReports() {
        Probe probe = watch("urgent", SourceKind.SIGNAL, WINCH, 9);
        probe.registration.want();
        kernel.occur(WINCH, 1, 0);
        due = true;
        iterate();
        assertThat(called).as("the loop runs its timer now (invariant 6)").isEmpty();
        iterate();
        assertThat(called).as("in spite of a timer that is due again").containsExactly("urgent 1");
    }

    @Test
    void aGuestHasItsTurnsByItsPriority() {
        Probe low = watch("low", SourceKind.SIGNAL, 1, -1);
        Probe high = watch("high", SourceKind.SIGNAL, 2, 1);
        low.registration.want();
        high.registration.want();
        kernel.occur(1, 1, 0);
        kernel.occur(2, 1, 0);
        busy = true;
        iterate(); // both stand on the run list now
        GuestRegistration[] guest = new GuestRegistration[1];
        guest[0] = engine.admit(
                new Guest() {
                    @Override
                    public void turn() {
                        called.add("guest");
                        if (called.contains("low 1")) {
                            throw new AssertionError("of user code");
                        }
                    }

                    @Override
                    public void close() {
                        called.add("guest closed");
                        guest[0].cancel();
                    }
                },
                0);
        iterate();
        assertThat(called).as("no turn is wanted").containsExactly("high 1", "low 1");
        called.clear();
        guest[0].want();
        guest[0].want();
        high.registration.want();
        kernel.occur(2, 1, 0);
        iterate();
        iterate();
        assertThat(called).as("two wishes before it are one").containsExactly("guest", "high 1");
        called.add("low 1");
        guest[0].want();
        iterate();
        assertThat(called).endsWith("guest", "guest closed");
        guest[0].want();
        int before = called.size();
        iterate();
        assertThat(called).hasSize(before);
    }

    private final class Reader implements Handle {

        private final int fd;
        private final Registration registration;
        private boolean alwaysReady;

        Reader(int fd, int priority) {
            this.fd = fd;
            registration = engine.register(this);
            registration.prioritize(priority, 0);
        }

        @Override
        public int fd() {
            return fd;
        }

        @Override
        public boolean isStream() {
            return false;
        }

        @Override
        public void attemptRead() {
            called.add("read " + fd);
            if (!alwaysReady) {
                registration.dropRead();
            }
        }

        @Override
        public void attemptWrite() {
            throw new AssertionError("no write is wanted");
        }

        @Override
        public void onHangup() {
            throw new AssertionError("nobody hangs up");
        }

        @Override
        public void onWatchRefused(int errno) {
            throw new AssertionError("errno " + errno);
        }

        @Override
        public void close() {
            registration.cancel();
        }
    }
}
