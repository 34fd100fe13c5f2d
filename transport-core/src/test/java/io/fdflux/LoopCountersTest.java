package io.fdflux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.engine.Counters;
import org.junit.jupiter.api.Test;

class LoopCountersTest {

    private final Counters counted = new Counters();
    private final LoopCounters counters = new LoopCounters(counted);

    @Test
    void readsEachByItsName() {
        counted.readCall(10);
        counted.writeCall(7);
        counted.accepted();
        counted.acceptError();
        assertThat(counters.get(Counter.READ_CALLS)).isEqualTo(1);
        assertThat(counters.get(Counter.BYTES_READ)).isEqualTo(10);
        assertThat(counters.get(Counter.WRITE_CALLS)).isEqualTo(1);
        assertThat(counters.get(Counter.BYTES_WRITTEN)).isEqualTo(7);
        assertThat(counters.get(Counter.ACCEPTED)).isEqualTo(1);
        assertThat(counters.get(Counter.ACCEPT_ERRORS)).isEqualTo(1);
        assertThat(counters.get(Counter.READ_EAGAINS)).isZero();
    }

    /** Otherwise a counter that reads another one's cell would go unnoticed. */
    @Test
    void everyNameIsThatOfItsCell() throws ReflectiveOperationException {
        for (Counter counter : Counter.values()) {
            var index = Counter.class.getDeclaredField("index");
            index.setAccessible(true);
            assertThat(index.getInt(counter))
                    .as(counter.name())
                    .isEqualTo(Counters.class.getField(counter.name()).getInt(null));
        }
    }

    @Test
    void mapHasEveryCounterByItsCamelCaseName() {
        assertThat(counters.asMap())
                .hasSize(Counter.values().length)
                .containsKeys(
                        "readAttempts",
                        "readEagains",
                        "arms",
                        "disarms",
                        "waitCalls",
                        "events",
                        "unwantedEvents",
                        "wakeupsSent",
                        "wakeupsSkipped",
                        "accepted",
                        "acceptErrors");
    }

    @Test
    void aLogShowsWhatIsNotZero() {
        assertThat(counters).hasToString("{}");
        counted.readCall(7);
        counted.accepted();
        assertThat(counters).hasToString("{readCalls=1, bytesRead=7, accepted=1}");
    }
}
