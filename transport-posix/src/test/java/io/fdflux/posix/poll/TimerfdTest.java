package io.fdflux.posix.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Flags;
import io.fdflux.posix.Memory;
import io.fdflux.posix.io.Io;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
@Timeout(30)
class TimerfdTest {

    private static final long FAR = Long.MAX_VALUE;

    private final MemorySegment count = Memory.of(Timerfd.READ_BYTES);
    private Descriptor timer;

    @BeforeEach
    void open() {
        timer = Descriptor.of(Timerfd.create());
    }

    @AfterEach
    void close() throws Exception {
        timer.close();
    }

    private int read() {
        return Io.read(timer.number(), count.address(), Timerfd.READ_BYTES);
    }

    private static long epochNanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    @Test
    void isNonBlockingAndClosedOnExec() {
        assertThat(Flags.nonBlocking(timer.number())).isTrue();
        assertThat(Flags.closedOnExec(timer.number())).isTrue();
        assertThat(read()).as("not set").isEqualTo(-Errno.EAGAIN);
    }

    @Test
    void aTimeInThePastIsReadAtOnce() {
        for (long time : new long[] {epochNanos(Instant.now()), 1, 0, -1, Long.MIN_VALUE}) {
            assertThat(Timerfd.set(timer.number(), time)).isZero();
            await().until(() -> read() == Timerfd.READ_BYTES);
            assertThat(read()).as("once").isEqualTo(-Errno.EAGAIN);
        }
    }

    @Test
    void aTimeInTheFutureIsReadWhenItHasCome() {
        Instant time = Instant.now().plusMillis(30);
        assertThat(Timerfd.set(timer.number(), epochNanos(time))).isZero();
        await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> read() == Timerfd.READ_BYTES);
        assertThat(Instant.now()).isAfterOrEqualTo(time);
    }

    @Test
    void aNewTimeReplacesTheOld() {
        assertThat(Timerfd.set(timer.number(), 1)).isZero();
        assertThat(Timerfd.set(timer.number(), FAR)).isZero();
        assertThat(read()).isEqualTo(-Errno.EAGAIN);
    }

    @Test
    void aNumberThatIsNoTimerIsRefused() {
        assertThat(Timerfd.set(-1, FAR)).isEqualTo(-Errno.EBADF);
    }
}
