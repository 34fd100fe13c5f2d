package io.fdflux.kqueue;

import static io.fdflux.posix.poll.Kqueue.ADD;
import static io.fdflux.posix.poll.Kqueue.DISABLE;
import static io.fdflux.posix.poll.Kqueue.DISPATCH;
import static io.fdflux.posix.poll.Kqueue.ENABLE;
import static io.fdflux.posix.poll.Kqueue.FILTER_READ;
import static io.fdflux.posix.poll.Kqueue.FILTER_WRITE;
import static io.fdflux.posix.poll.Kqueue.NOTE_LOWAT;
import static io.fdflux.posix.poll.Kqueue.ONESHOT;
import static io.fdflux.spi.Interest.HANGUP;
import static io.fdflux.spi.Interest.NONE;
import static io.fdflux.spi.Interest.READ;
import static io.fdflux.spi.Interest.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.poll.KeventList;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests which changes the queue submits, without a kernel. */
class ChangeQueueTest {

    private static final int FD = 5;
    private static final long TOKEN = 77;
    private static final int ARM = ADD | ENABLE | DISPATCH;

    private record Change(long fd, int filter, int flags, int fflags, long data, long token) {}

    private static final Change ARM_READ = new Change(FD, FILTER_READ, ARM, 0, 0, TOKEN);
    private static final Change ARM_WRITE = new Change(FD, FILTER_WRITE, ARM, 0, 0, TOKEN);
    private static final Change ARM_HANGUP =
            new Change(FD, FILTER_READ, ARM, NOTE_LOWAT, ChangeQueue.NEVER_REACHED, TOKEN);
    private static final Change DISARM_READ = new Change(FD, FILTER_READ, DISABLE, 0, 0, TOKEN);
    private static final Change DISARM_WRITE = new Change(FD, FILTER_WRITE, DISABLE, 0, 0, TOKEN);

    private final ChangeQueue queue = new ChangeQueue(4);

    private List<Change> submitted() {
        KeventList list = new KeventList(KeventList.Layout.BSD, queue.mostChanges());
        queue.drainTo(list, DISPATCH);
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            changes.add(new Change(
                    list.ident(i), list.filter(i), list.flags(i), list.fflags(i), list.data(i), list.udata(i)));
        }
        return changes;
    }

    private void armed(int interests) {
        queue.want(FD, NONE, interests, TOKEN);
        submitted();
    }

    private Watch watch() {
        return queue.owner(FD, TOKEN);
    }

    @Test
    void armingAddsEnablesAndLimitsToOneReport() {
        queue.want(FD, NONE, READ | HANGUP, TOKEN);
        assertThat(submitted()).containsExactly(ARM_READ);
        assertThat(submitted()).as("submitted once").isEmpty();
    }

    @Test
    void theFlagForOneReportIsTheKernelsChoice() {
        queue.want(FD, NONE, READ, TOKEN);
        KeventList list = new KeventList(KeventList.Layout.NETBSD, 1);
        queue.drainTo(list, ONESHOT);
        assertThat(list.flags(0)).isEqualTo(ADD | ENABLE | ONESHOT);
    }

    @Test
    void bothDirectionsAreTwoChanges() {
        queue.want(FD, NONE, READ | WRITE, TOKEN);
        assertThat(submitted()).containsExactly(ARM_READ, ARM_WRITE);
    }

    @Test
    void anUndoneChangeIsNotSubmitted() {
        queue.want(FD, NONE, READ | WRITE, TOKEN);
        queue.want(FD, READ | WRITE, NONE, TOKEN);
        assertThat(submitted()).isEmpty();

        armed(READ);
        queue.want(FD, READ, NONE, TOKEN);
        queue.want(FD, NONE, READ, TOKEN);
        assertThat(submitted()).isEmpty();
    }

    @Test
    void onlyTheLastOfManyChangesCounts() {
        for (int i = 0; i < 100; i++) {
            queue.want(FD, NONE, READ, TOKEN);
            queue.want(FD, READ, HANGUP, TOKEN);
        }
        assertThat(queue.isFull()).isFalse();
        assertThat(submitted()).containsExactly(ARM_HANGUP);
    }

    @Test
    void disarmingDisablesEachDirectionAlone() {
        armed(READ | WRITE);
        queue.want(FD, READ | WRITE, WRITE | HANGUP, TOKEN);
        assertThat(submitted()).containsExactly(ARM_HANGUP);
        queue.want(FD, WRITE | HANGUP, HANGUP, TOKEN);
        assertThat(submitted()).containsExactly(DISARM_WRITE);
        queue.want(FD, HANGUP, NONE, TOKEN);
        assertThat(submitted()).containsExactly(DISARM_READ);
    }

    @Test
    void aHangupWatchBecomesAReadAndBackByAddingAgain() {
        armed(HANGUP);
        queue.want(FD, HANGUP, READ | HANGUP, TOKEN);
        assertThat(submitted()).as("without the mark").containsExactly(ARM_READ);
        queue.want(FD, READ | HANGUP, HANGUP, TOKEN);
        assertThat(submitted()).containsExactly(ARM_HANGUP);
    }

    @Test
    void anEventDisarmsItsOwnInterest() {
        armed(READ | WRITE | HANGUP);
        watch().readReported(false);
        queue.want(FD, WRITE, READ | WRITE | HANGUP, TOKEN);
        assertThat(submitted()).containsExactly(ARM_READ);
        watch().readReported(false);
        watch().writeSpent();
        queue.want(FD, NONE, NONE, TOKEN);
        assertThat(submitted()).as("disarmed already").isEmpty();
    }

    @Test
    void writeArmsHangupUntilTheEndIsReported() {
        queue.want(FD, NONE, WRITE, TOKEN);
        assertThat(submitted()).containsExactly(ARM_HANGUP, ARM_WRITE);
        watch().readReported(true);
        watch().writeSpent();
        queue.want(FD, NONE, WRITE, TOKEN);
        assertThat(submitted()).containsExactly(ARM_WRITE);
    }

    @Test
    void aHangupWatchThatReportedDataStaysDisarmedUntilReadIsArmed() {
        armed(HANGUP);
        watch().readReported(false);
        queue.want(FD, NONE, HANGUP, TOKEN);
        assertThat(submitted()).as("it would report again immediately").isEmpty();
        queue.want(FD, HANGUP, READ | HANGUP, TOKEN);
        assertThat(submitted()).containsExactly(ARM_READ);
        queue.want(FD, READ | HANGUP, HANGUP, TOKEN);
        assertThat(submitted()).containsExactly(ARM_HANGUP);
    }

    @Test
    void everyWatchIsDisarmed() {
        armed(READ);
        queue.want(FD, READ | HANGUP, NONE, TOKEN);
        assertThat(submitted()).containsExactly(DISARM_READ);
        armed(WRITE);
        queue.want(FD, WRITE, NONE, TOKEN);
        assertThat(submitted()).as("with the HANGUP that WRITE includes").containsExactly(DISARM_READ, DISARM_WRITE);
    }

    @Test
    void aNewTokenIsSubmitted() {
        armed(READ | WRITE);
        queue.want(FD, NONE, READ, TOKEN + 1);
        assertThat(submitted()).containsExactly(new Change(FD, FILTER_READ, ARM, 0, 0, TOKEN + 1));
    }

    @Test
    void aStaleTokenChangesNothing() {
        armed(READ);
        queue.want(FD, NONE, WRITE, TOKEN + 1);
        for (int before : new int[] {NONE, READ, READ | WRITE}) {
            queue.want(FD, before, READ | HANGUP, TOKEN);
            queue.want(FD, before, NONE, TOKEN);
        }
        queue.forget(FD, TOKEN);
        assertThat(submitted())
                .containsExactly(
                        new Change(FD, FILTER_READ, ARM, NOTE_LOWAT, ChangeQueue.NEVER_REACHED, TOKEN + 1),
                        new Change(FD, FILTER_WRITE, ARM, 0, 0, TOKEN + 1));
        assertThat(queue.owner(FD, TOKEN + 1)).as("its events are delivered").isNotNull();
    }

    @Test
    void aNumberThatWasClosedStartsAfresh() {
        armed(READ);
        queue.want(FD, READ, WRITE, TOKEN);
        queue.forget(FD, TOKEN);
        assertThat(submitted()).isEmpty();
        assertThat(queue.owner(FD, TOKEN)).isNull();

        queue.want(FD, NONE, READ, TOKEN + 1);
        assertThat(submitted()).containsExactly(new Change(FD, FILTER_READ, ARM, 0, 0, TOKEN + 1));
        assertThat(queue.owner(FD, TOKEN)).as("the number's former token").isNull();
        assertThat(queue.owner(FD, TOKEN + 1)).isNotNull();
    }

    @Test
    void forgettingOneLeavesTheOthersQueued() {
        for (int fd = 0; fd < 4; fd++) {
            queue.want(fd, NONE, READ, fd);
        }
        assertThat(queue.isFull()).isTrue();
        queue.forget(1, 1);
        queue.forget(3, 3);
        queue.forget(1000, 1000);
        queue.forget(1, 1);
        assertThat(queue.isFull()).isFalse();
        assertThat(submitted()).extracting(Change::fd).containsExactlyInAnyOrder(0L, 2L);
    }

    @Test
    void anyNumberIsADescriptorOrIsRefused() {
        queue.want(Integer.MAX_VALUE, NONE, READ, TOKEN);
        queue.want(70_000, NONE, READ, TOKEN);
        assertThat(submitted()).extracting(Change::fd).containsExactly((long) Integer.MAX_VALUE, 70_000L);
        assertThat(queue.owner(-1L, TOKEN)).isNull();
        assertThat(queue.owner(1L << 40, TOKEN)).isNull();
        assertThatThrownBy(() -> queue.want(-1, NONE, READ, TOKEN)).isInstanceOf(IllegalArgumentException.class);
    }
}
