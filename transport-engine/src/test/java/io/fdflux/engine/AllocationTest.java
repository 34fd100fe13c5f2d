package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.fdflux.engine.stream.Input;
import io.fdflux.engine.stream.InputOwner;
import io.fdflux.engine.stream.Output;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.posix.Errno;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A read, a write and an idle iteration of the engine allocate nothing once their code is compiled, beyond the buffers
 * that an owner takes. No system call is made: whether a native call allocates is a matter of the JDK, which slices the
 * segment of errno for each call unless it inlines the call (SharedUtils.checkCaptureSegment).
 */
class AllocationTest {

    private static final int BYTES = 64;
    private static final int MEASURED = 20_000;
    /** The code is compiled in the background, so that nobody knows which round is the first without an interpreter. */
    private static final int ROUNDS = 100;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final LoopContext IDLE = new StillLoop(true);

    /** Reports a readiness whenever it is armed for one, or nothing. */
    private static final class ReadyPoller extends SilentPoller {
        private final boolean armSpentByEvent;
        private long token = -1;
        private int armed;

        ReadyPoller(boolean armSpentByEvent) {
            this.armSpentByEvent = armSpentByEvent;
        }

        @Override
        public int update(int fd, int before, int now, long newToken) {
            armed = now;
            token = newToken;
            return 0;
        }

        @Override
        public int poll(long timeoutNanos, ReadinessSink sink) {
            int ready = ((armed & Interest.READ) != 0 ? Readiness.READABLE : 0)
                    | ((armed & Interest.WRITE) != 0 ? Readiness.WRITABLE : 0);
            if (ready == 0) {
                return 0;
            }
            if (armSpentByEvent) {
                armed = Interest.NONE;
            }
            sink.event(token, ready, ReadinessSink.UNKNOWN, 0);
            return 1;
        }

        @Override
        public boolean armSpentByEvent() {
            return armSpentByEvent;
        }
    }

    /**
     * Reads and writes as long as it is asked to. Netty's buffers play no part: without Unsafe, asking one for its
     * address may allocate.
     */
    private static final class Owner implements Handle, InputOwner, OutputOwner {
        final Input input = new Input(this);
        final Output output = new Output(this);
        private Registration registration;
        /** Every second call would block. */
        private boolean sometimesBlocks;

        private boolean block;
        long calls;

        @Override
        public int fd() {
            return 7;
        }

        @Override
        public boolean isStream() {
            return true;
        }

        @Override
        public void attemptRead() {
            input.attempt(registration);
        }

        @Override
        public void attemptWrite() {
            output.attempt(registration);
        }

        private boolean blocks() {
            calls++;
            block = sometimesBlocks && !block;
            return block;
        }

        @Override
        public int read(Registration on) {
            int n = blocks() ? -Errno.EAGAIN : BYTES;
            on.counters().readCall(n);
            if (n > 0) {
                on.onRead(BYTES, n);
            }
            return n;
        }

        @Override
        public boolean mayReadAgain(Registration on, int reads, long bytes) {
            return on.isReadReady() && reads < READS_PER_TURN && bytes < BYTES_PER_TURN;
        }

        @Override
        public boolean write(Registration on) {
            int n = blocks() ? -Errno.EAGAIN : BYTES;
            on.counters().writeCall(n);
            return n > 0;
        }

        @Override
        public boolean hasPending() {
            return true;
        }

        @Override
        public void onWriteError(Throwable cause) {
            throw new IllegalStateException(cause);
        }

        @Override
        public boolean mayWriteAgain(int writes) {
            return writes < 16;
        }

        @Override
        public boolean isWritable(Registration on) {
            return true;
        }

        @Override
        public void onTurnEnd() {}

        @Override
        public void onEnd() {
            throw new AssertionError("there is no end");
        }

        @Override
        public void onReadError(int errno) {
            throw new AssertionError("errno " + errno);
        }

        @Override
        public void onBufferFailure(Registration on, Throwable cause) {
            throw new AssertionError(cause);
        }

        @Override
        public int available() {
            return -Errno.EINVAL;
        }

        @Override
        public int takeError() {
            return 0;
        }

        @Override
        public void onHangup() {}

        @Override
        public void onWatchRefused(int errno) {}

        @Override
        public void close() {
            registration.cancel();
        }
    }

    private static Engine engineOf(Owner owner, boolean armSpentByEvent) {
        Engine engine = new Engine(new ReadyPoller(armSpentByEvent), "the test's loop");
        owner.registration = engine.register(owner);
        return engine;
    }

    /** Runs rounds of calls until one has allocated less than a byte per call. */
    private static void assertAllocatesNothing(Engine engine, Owner owner) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least >= MEASURED; round++) {
            long calls = owner.calls;
            long before = THREADS.getCurrentThreadAllocatedBytes();
            while (owner.calls < calls + MEASURED) {
                engine.iterate(IDLE);
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(owner.registration.isValid()).isTrue();
        assertThat(least).as("bytes of %s calls", MEASURED).isLessThan(MEASURED);
        engine.destroy();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsAllocateNothing(boolean armSpentByEvent) {
        Owner owner = new Owner();
        Engine engine = engineOf(owner, armSpentByEvent);
        owner.registration.wantRead();
        assertAllocatesNothing(engine, owner);
        assertThat(engine.counters().get(Counters.BYTES_READ)).isEqualTo(owner.calls * BYTES);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void measuredTurnsAllocateNothing(boolean armSpentByEvent) {
        Owner owner = new Owner();
        owner.sometimesBlocks = true;
        Engine engine = engineOf(owner, armSpentByEvent);
        engine.clock().measure(true);
        owner.registration.wantRead();
        assertAllocatesNothing(engine, owner);
        assertThat(engine.counters().get(Counters.MEASURED_TURNS)).isPositive();
    }

    /** A recording measures all turns, and takes long ones only. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void turnsBelowTheThresholdOfARecordingAllocateNothing(boolean armSpentByEvent) {
        try (Recording recording = new Recording()) {
            recording.enable("io.fdflux.LongTurn").withThreshold(Duration.ofHours(1));
            recording.start();
            Owner owner = new Owner();
            owner.sometimesBlocks = true;
            Engine engine = engineOf(owner, armSpentByEvent);
            owner.registration.wantRead();
            assertAllocatesNothing(engine, owner);
            assertThat(engine.counters().get(Counters.MEASURED_TURNS)).isPositive();
        }
    }

    /** Each second read arms the descriptor, and an event makes the next. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsThatBlockAllocateNothing(boolean armSpentByEvent) {
        Owner owner = new Owner();
        owner.sometimesBlocks = true;
        Engine engine = engineOf(owner, armSpentByEvent);
        owner.registration.wantRead();
        assertAllocatesNothing(engine, owner);
        assertThat(engine.counters().get(Counters.READ_EAGAINS)).isCloseTo(owner.calls / 2, within(1L));
    }

    /** Without priorities there is nothing for them, neither for reads nor for writes. */
    @Test
    void prioritiesCostNothingWithoutThem() {
        Owner owner = new Owner();
        Engine engine = engineOf(owner, true);
        owner.registration.wantRead();
        owner.output.flush(owner.registration);
        GuestRegistration guest = engine.admit(new Turns(), 0);
        for (int i = 0; i < 100; i++) {
            guest.want();
            engine.iterate(IDLE);
        }
        assertThat(owner.calls).isGreaterThan(100);
        assertThat(engine.levels()).as("lists of other priorities").isZero();
        owner.registration.prioritize(1, 0);
        engine.iterate(IDLE);
        assertThat(engine.levels())
                .as("the reads' list, and that of priority 1")
                .isEqualTo(2);
        engine.destroy();
    }

    private static final class Turns implements Guest {

        long count;
        private GuestRegistration registration;

        @Override
        public void turn() {
            count++;
            if (registration != null) {
                registration.want();
            }
        }

        @Override
        public void close() {
            throw new AssertionError("a turn has failed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void prioritiesAllocateNothing(boolean armSpentByEvent) {
        Owner owner = new Owner();
        Engine engine = engineOf(owner, armSpentByEvent);
        owner.registration.prioritize(5, -5);
        Turns turns = new Turns();
        turns.registration = engine.admit(turns, 7);
        turns.registration.want();
        owner.registration.wantRead();
        owner.output.flush(owner.registration);
        assertAllocatesNothing(engine, owner);
        assertThat(turns.count).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesAllocateNothing(boolean armSpentByEvent) {
        Owner owner = new Owner();
        Engine engine = engineOf(owner, armSpentByEvent);
        owner.output.flush(owner.registration);
        assertAllocatesNothing(engine, owner);
        assertThat(engine.counters().get(Counters.BYTES_WRITTEN)).isEqualTo(owner.calls * BYTES);
    }

    /** Each second write arms the descriptor, and an event makes the next. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesThatBlockAllocateNothing(boolean armSpentByEvent) {
        Owner owner = new Owner();
        owner.sometimesBlocks = true;
        Engine engine = engineOf(owner, armSpentByEvent);
        owner.output.flush(owner.registration);
        assertAllocatesNothing(engine, owner);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void idleIterationsAllocateNothing(boolean armSpentByEvent) {
        Owner owner = new Owner();
        Engine engine = engineOf(owner, armSpentByEvent);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least >= MEASURED; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < MEASURED; i++) {
                engine.iterate(IDLE);
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes of %s iterations", MEASURED).isLessThan(MEASURED);
        assertThat(owner.calls).isZero();
        engine.destroy();
    }
}
