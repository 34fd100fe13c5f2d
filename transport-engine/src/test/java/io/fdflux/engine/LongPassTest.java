package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A pass of reads that takes long, by a clock of the test, does not hold back the writes of its first reads. */
class LongPassTest {

    private static final long MICROSECOND = 1000;

    private final List<String> calls = new ArrayList<>();
    private final Engine engine = new Engine(new SilentPoller(), "the test's loop");
    private long now;
    private int clockReads;

    private final LoopContext loop = new StillLoop(true) {
        @Override
        public long nanoTime() {
            clockReads++;
            return now;
        }
    };

    /** Each read takes some time, and flushes to some connections. */
    private final class Connection implements Handle {

        private final String name;
        private final Registration registration;
        private long readNanos;
        private List<Connection> receivers = List.of();

        Connection(String name) {
            this.name = name;
            this.registration = engine.register(this);
        }

        void reads(long nanos, List<Connection> flushedTo) {
            readNanos = nanos;
            receivers = flushedTo;
            registration.wantRead();
        }

        @Override
        public int fd() {
            return 0;
        }

        @Override
        public boolean isStream() {
            return true;
        }

        @Override
        public void attemptRead() {
            calls.add("read " + name);
            now += readNanos;
            registration.dropRead();
            receivers.forEach(receiver -> receiver.registration.wantWrite());
        }

        @Override
        public void attemptWrite() {
            calls.add("write " + name);
            registration.dropWrite();
        }

        @Override
        public void onHangup() {
            throw new AssertionError("no hang-up is expected");
        }

        @Override
        public void onWatchRefused(int errno) {
            throw new AssertionError("no watch is refused");
        }

        @Override
        public void close() {
            throw new AssertionError("not expected to be closed");
        }
    }

    private List<Connection> connections(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Connection(String.valueOf(i)))
                .toList();
    }

    /** All answer their own client. */
    private void iterate(int count, long readNanos) {
        for (Connection connection : connections(count)) {
            connection.reads(readNanos, List.of(connection));
        }
        engine.iterate(loop);
    }

    @Test
    void fastReadsAreAnsweredTogether() {
        iterate(3, 10 * MICROSECOND);
        assertThat(calls).containsExactly("read 0", "read 1", "read 2", "write 0", "write 1", "write 2");
    }

    @Test
    void slowReadsAreAnsweredOneByOne() {
        iterate(3, 300 * MICROSECOND);
        assertThat(calls).containsExactly("read 0", "write 0", "read 1", "write 1", "read 2", "write 2");
    }

    @Test
    void readsThatTakeLongTogetherAreAnsweredInGroups() {
        iterate(5, 80 * MICROSECOND);
        assertThat(calls)
                .containsExactly(
                        "read 0", "read 1", "read 2", "write 0", "write 1", "write 2", "read 3", "read 4", "write 3",
                        "write 4");
    }

    @Test
    void manyReceiversGetSeveralMessagesTogether() {
        List<Connection> all = connections(100);
        all.get(0).reads(900 * MICROSECOND, all);
        all.get(1).reads(900 * MICROSECOND, all);
        all.get(2).reads(900 * MICROSECOND, all);
        engine.iterate(loop);
        assertThat(calls.subList(0, 3)).containsExactly("read 0", "read 1", "read 2");
        assertThat(calls).filteredOn(call -> call.startsWith("write")).hasSize(100);
    }

    @Test
    void aReadWithoutOthersOrWithoutWritesAsksNoClock() {
        iterate(1, 300 * MICROSECOND);
        assertThat(clockReads).isZero();
        connections(3).forEach(connection -> connection.reads(300 * MICROSECOND, List.of()));
        engine.iterate(loop);
        assertThat(clockReads).isEqualTo(1);
    }
}
