package io.fdflux.netty.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlushTimeTest {

    private long now = -5;
    private int looks;
    private final FlushTime time = new FlushTime(() -> {
        looks++;
        return now;
    });

    private void write(int turn, long bytes) {
        for (long left = bytes; left > 0; left -= FlushTime.BYTES_PER_LOOK) {
            time.wrote(turn, FlushTime.BYTES_PER_LOOK);
        }
    }

    @Test
    void aTurnThatWritesLittleReadsNoClock() {
        for (int turn = 1; turn < 100; turn++) {
            time.wrote(turn, FlushTime.BYTES_PER_LOOK - 1);
            now += FlushTime.LONGEST_NANOS;
        }
        assertThat(looks).isZero();
        assertThat(time.isOver(99)).isFalse();
    }

    @Test
    void theClockIsReadOncePerLook() {
        write(1, FlushTime.LEAST_BYTES);
        assertThat(looks).isEqualTo(FlushTime.LEAST_BYTES / FlushTime.BYTES_PER_LOOK);
    }

    @Test
    void manyBytesInAShortTimeAreNotOver() {
        write(1, 1);
        now += FlushTime.LONGEST_NANOS - 1;
        write(1, 100 * FlushTime.LEAST_BYTES);
        assertThat(time.isOver(1)).isFalse();
    }

    @Test
    void fewBytesInALongTimeAreNotOver() {
        write(1, FlushTime.LEAST_BYTES - FlushTime.BYTES_PER_LOOK);
        now += 100 * FlushTime.LONGEST_NANOS;
        time.wrote(1, FlushTime.BYTES_PER_LOOK - 1);
        assertThat(time.isOver(1)).isFalse();
    }

    @Test
    void manyBytesInALongTimeAreOverUntilTheNextTurn() {
        write(1, FlushTime.LEAST_BYTES);
        now += FlushTime.LONGEST_NANOS;
        write(1, 1);
        assertThat(time.isOver(1)).isTrue();
        assertThat(time.isOver(2)).isFalse();
        write(2, FlushTime.LEAST_BYTES);
        assertThat(time.isOver(2)).isFalse();
    }

    @Test
    void eachTurnHasItsOwnTime() {
        write(1, 1);
        now += FlushTime.LONGEST_NANOS;
        write(2, FlushTime.LEAST_BYTES);
        assertThat(time.isOver(2)).isFalse();
    }
}
