package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.benchmarks.plan.Sending;
import io.fdflux.benchmarks.program.load.LoadResult;
import io.fdflux.benchmarks.result.Load;
import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What other programs print is read as they print it: the inputs are recorded. */
class OutputParsersTest {

    private static final Sending.H2load H2LOAD = new Sending.H2load(4, 50);
    private static final long P50_OF_LOG = 1_035_000;
    private static final long MAX_OF_LOG = 8_925_000;

    @Test
    void wrkGivesItsTotalAndItsLatencies() throws IOException {
        Load load = WrkOutput.load(Recorded.output("wrk.txt"));

        assertThat(load.operations()).isEqualTo(5900);
        assertThat(load.seconds()).isEqualTo(1.0);
        assertThat(load.errors()).isZero();
        assertThat(load.latencyNanos())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "p50", 950_000L,
                        "p75", 3_080_000L,
                        "p90", 18_390_000L,
                        "p99", 75_150_000L,
                        "mean", 6_290_000L,
                        "max", 94_780_000L));
    }

    @Test
    void errorsOfWrkAreCounted() throws IOException {
        assertThat(WrkOutput.load(Recorded.output("wrk-with-errors.txt")).errors())
                .isEqualTo(5309);
    }

    @Test
    void answersOfWrkThatAreNotGoodAreErrors() throws IOException {
        String output = Recorded.output("wrk.txt") + "  Non-2xx or 3xx responses: 12\n";
        assertThat(WrkOutput.load(output).errors()).isEqualTo(12);
    }

    @Test
    void wrkWithoutATotalHasFailed() {
        assertThatThrownBy(() -> WrkOutput.load("unable to connect to 127.0.0.1:80 Connection refused"))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("Connection refused");
    }

    @Test
    void h2loadGivesItsTotalTheMeanAndTheMaximum() throws IOException {
        Load load = H2loadOutput.load(Recorded.output("h2load.txt"), H2LOAD, Optional.empty());

        assertThat(load.operations()).isEqualTo(300);
        assertThat(load.seconds()).isEqualTo(1.0);
        assertThat(load.errors()).isZero();
        assertThat(load.latencyNanos())
                .containsExactlyInAnyOrderEntriesOf(Map.of("mean", 441_670_000L, "max", 932_170_000L));
    }

    @Test
    void theLogOfH2loadGivesPercentilesWithoutFailedStreams() throws IOException {
        Histogram latencies =
                H2loadLog.latencies(Recorded.output("h2load-requests.tsv").lines());

        assertThat(latencies.getTotalCount()).isEqualTo(9);
        Load load = H2loadOutput.load(Recorded.output("h2load.txt"), H2LOAD, Optional.of(latencies));
        assertThat(load.operations()).isEqualTo(300);
        assertThat(load.latencyNanos()).containsOnlyKeys("p50", "p75", "p90", "p99", "p99.9", "mean", "max");
        assertThat(load.latencyNanos().get("p50")).isBetween(P50_OF_LOG, P50_OF_LOG + P50_OF_LOG / 1000);
        assertThat(load.latencyNanos().get("max")).isBetween(MAX_OF_LOG, MAX_OF_LOG + MAX_OF_LOG / 1000);
    }

    @Test
    void perfGivesTheCallsThatWereMade() throws IOException {
        assertThat(PerfOutput.calls(Recorded.output("perf.csv")))
                .containsEntry("read", 10885L)
                .containsEntry("write", 10876L)
                .containsEntry("epoll_wait", 6957L)
                .doesNotContainKey("iopl")
                .hasSize(14);
    }

    @Test
    void theTimeInTheKernelIsReadBehindANameOfAnyForm() {
        String stat = "4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 250 13 14 15\n";
        assertThat(KernelTime.nanos(stat)).isEqualTo(2_500_000_000L);
    }

    @Test
    void theKernelsShareIsKnownOnlyIfBothReportsKnowIt() {
        ServerUse unknown = new ServerUse(1, 2, 3L, 4, 5, Map.of());
        ServerUse known = unknown.withKernelCpuNanos(70L);
        assertThat(known.since(unknown.withKernelCpuNanos(30L)).kernelCpuNanos())
                .isEqualTo(40);
        assertThat(known.since(unknown).kernelCpuNanos()).isNull();
        assertThat(unknown.since(known).kernelCpuNanos()).isNull();
    }

    @Test
    void whatPerfDoesNotNameIsTheDifferenceToAllCalls() {
        String counts = "7,,syscalls:sys_enter_read,11,100.00,,\n3,,syscalls:sys_enter_futex,11,100.00,,\n";
        assertThat(PerfOutput.calls(counts + "12,,raw_syscalls:sys_enter,11,100.00,,\n"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("read", 7L, "futex", 3L, "others", 2L));
        assertThat(PerfOutput.calls(counts + "10,,raw_syscalls:sys_enter,11,100.00,,\n"))
                .doesNotContainKey("others");
    }

    @Test
    void straceGivesTheCallsWithAndWithoutErrors() throws IOException {
        assertThat(StraceOutput.calls(Recorded.output("strace.txt")))
                .containsEntry("futex", 193L)
                .containsEntry("write", 4328L)
                .doesNotContainKey("total")
                .hasSize(14);
    }

    @Test
    void aServersReportIsReadWithItsCounters() {
        ServerUse use = ProgramOutput.serverUse("""
            {"loopCpuNanos":5,"processCpuNanos":7,"loopAllocatedBytes":9,"rssBytes":11,"counters":{"arms":3,"waitCalls":2}}
            """);
        assertThat(use).isEqualTo(new ServerUse(5, 7, 9L, 11, 0, Map.of("arms", 3L, "waitCalls", 2L)));
    }

    @Test
    void theUseOfARunIsTheDifferenceButForMemory() {
        ServerUse before = new ServerUse(1, 2, 3L, 400, 5, Map.of("arms", 6L));
        ServerUse after = new ServerUse(11, 22, 33L, 500, 55, Map.of("arms", 66L, "events", 7L));
        assertThat(after.since(before))
                .isEqualTo(new ServerUse(10, 20, 30L, 500, 50, Map.of("arms", 60L, "events", 7L)));
    }

    @Test
    void aSendersHistogramGivesPercentiles() throws UnavailableException {
        Histogram histogram = new Histogram(3);
        for (int i = 1; i <= 1000; i++) {
            histogram.recordValue(i * 1000L);
        }
        Map<String, Object> result = new LoadResult(1000, 2.0, 1, 1000, histogram).asMap();

        Load load = ProgramOutput.load("noise\nRESULT " + JsonMapper.shared().writeValueAsString(result) + "\n");

        assertThat(load.perSecond()).isEqualTo(500);
        assertThat(load.errors()).isEqualTo(1);
        assertThat(load.latencyNanos().get("p50")).isBetween(499_000L, 501_000L);
        assertThat(load.latencyNanos().get("p99.9")).isBetween(998_000L, 1_000_000L);
        assertThat(load.histogram()).isEqualTo(result.get("histogram"));
    }

    @Test
    void aRunThatFailsSaysWhy() {
        assertThatThrownBy(() -> ProgramOutput.load("FAILED java.io.IOException: reset\n"))
                .isInstanceOf(MeasurementException.class)
                .hasMessage("the sender failed: java.io.IOException: reset");
    }

    @Test
    void aSenderThatCannotRunSaysWhy() {
        assertThatThrownBy(() -> ProgramOutput.load("UNAVAILABLE too few files may be open\n"))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("too few files may be open");
        assertThatThrownBy(() -> ProgramOutput.load("Exception in thread main\n"))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("Exception in thread main");
    }
}
