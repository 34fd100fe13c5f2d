package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table at the head of {@link PeerReport}. */
class PeerReportTest {

    private static final long UNKNOWN = ReadinessSink.UNKNOWN;

    private final PeerReport report = new PeerReport();

    private void event(int readiness) {
        report.onEvent(readiness, UNKNOWN, 0);
    }

    /**
     * Whether the report counts so many bytes: one read of them drains a descriptor whose short reads prove nothing.
     */
    private void assertCounts(int bytes) {
        assertThat(report.drainedBy(100, bytes - 1, false)).isFalse();
        assertThat(report.drainedBy(100, 1, false)).isTrue();
    }

    private void assertCountsNothing() {
        assertThat(report.drainedBy(100, 50, false)).isFalse();
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(report.hangup || report.urgent || report.failed).isFalse();
        assertThat(report.errno).isZero();
        assertCountsNothing();
    }

    @Test
    void anEventTakesNothingBack() {
        report.onEvent(Readiness.HANGUP | Readiness.URGENT | Readiness.ERROR, UNKNOWN, Errno.ECONNRESET);
        event(Readiness.READABLE);
        assertThat(report.hangup && report.urgent && report.failed).isTrue();
        assertThat(report.errno).isEqualTo(Errno.ECONNRESET);
    }

    @Test
    void eachReadableCountsAnew() {
        report.onEvent(Readiness.READABLE, 5, 0);
        report.onEvent(Readiness.READABLE, 7, 0);
        event(Readiness.WRITABLE);
        assertCounts(7);
        event(Readiness.READABLE);
        assertCountsNothing();
    }

    @Test
    void aHangupAloneMakesTheCountUnknown() {
        report.onEvent(Readiness.READABLE, 5, 0);
        event(Readiness.HANGUP);
        assertThat(report.drainedBy(5, 5, false)).isFalse();
        assertThat(report.atEndOfInput()).isFalse();
    }

    @Test
    void wouldBlockLeavesTheFailure() {
        report.onEvent(Readiness.READABLE | Readiness.HANGUP | Readiness.URGENT | Readiness.ERROR, 5, Errno.ECONNRESET);
        assertThat(report.onWouldBlock()).as("the hang-up was spurious").isTrue();
        assertThat(report.onWouldBlock()).isFalse();
        assertThat(report.hangup || report.urgent).isFalse();
        assertThat(report.failed).isTrue();
        assertThat(report.errno).isEqualTo(Errno.ECONNRESET);
        assertCountsNothing();
    }

    @Test
    void aNewConnectLeavesTheUrgentByte() {
        report.onEvent(Readiness.READABLE | Readiness.HANGUP | Readiness.URGENT | Readiness.ERROR, 5, Errno.ECONNRESET);
        report.startOver();
        assertThat(report.hangup || report.failed).isFalse();
        assertThat(report.errno).isZero();
        assertThat(report.urgent).isTrue();
        assertCountsNothing();
    }

    @ParameterizedTest(name = "proves {0}, urgent {1}, counted {2}, {4} of {3}")
    @CsvSource({
        "true,  false, -1, 8, 7, true",
        "true,  false, -1, 8, 8, false",
        "true,  true,  -1, 8, 7, false",
        "false, false, -1, 8, 7, false",
        "true,  false,  9, 8, 8, false",
        "true,  false,  9, 8, 7, true",
        "true,  false,  8, 8, 8, true",
        "false, false,  8, 8, 8, true",
        "false, false,  7, 8, 8, true",
        "false, false,  8, 8, 7, false",
        "false, true,   8, 8, 8, true",
    })
    void drained(boolean proves, boolean urgent, long counted, int asked, int got, boolean drained) {
        report.onEvent(Readiness.READABLE | (urgent ? Readiness.URGENT : 0), counted, 0);
        assertThat(report.drainedBy(asked, got, proves)).isEqualTo(drained);
        assertThat(report.atEndOfInput()).isFalse();
        if (drained) {
            assertCountsNothing();
        }
    }

    @ParameterizedTest(name = "hang-up {0}, counted {1}, errno {2}")
    @CsvSource({
        "true,  4, 0, true",
        "true,  5, 0, false",
        "true, -1, 0, false",
        "true,  4, 9, false",
        "false, 4, 0, false",
    })
    void theEndOfInputAfterAReadOfFour(boolean hangup, long counted, int errno, boolean end) {
        report.onEvent(Readiness.READABLE | (hangup ? Readiness.HANGUP : 0), counted, errno);
        assertThat(report.atEndOfInput()).isFalse();
        report.drainedBy(4, 4, false);
        assertThat(report.atEndOfInput()).isEqualTo(end);
    }

    @Test
    void aHangupWithNothingLeftIsTheEndAtOnce() {
        report.onEvent(Readiness.READABLE | Readiness.HANGUP, 0, 0);
        assertThat(report.atEndOfInput()).isTrue();
    }
}
