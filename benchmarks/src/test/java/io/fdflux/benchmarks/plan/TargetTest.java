package io.fdflux.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fdflux.benchmarks.SampleResults;
import io.fdflux.benchmarks.result.Metric;
import io.fdflux.benchmarks.result.Results;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        calls <= 4.5                   ; CALLS      ; ITSELF               ;         ;        ; false ; 4.5
        throughput/io_uring >= 1.15    ; THROUGHPUT ; RATIO_TO_PEER        ; IO_URING;        ; true  ; 1.15
        startUp-epoll <= 50            ; START_UP   ; DIFFERENCE_TO_PEER   ; EPOLL   ;        ; false ; 50
        throughput/idle-1 >= 0.98      ; THROUGHPUT ; RATIO_TO_SCENARIO    ;         ; idle-1 ; true  ; 0.98
        growth(rss,idle-1)/epoll <= 1.0; RSS        ; GROWTH_RATIO_TO_PEER ; EPOLL   ; idle-1 ; false ; 1.0
        """)
    void anExpressionIsRead(
            String text,
            Metric metric,
            Target.Relation relation,
            Transport peer,
            String baseline,
            boolean atLeast,
            double bound) {
        Target target = Target.of(text);
        assertThat(target.metric()).isEqualTo(metric);
        assertThat(target.relation()).isEqualTo(relation);
        assertThat(target.peer()).isEqualTo(peer);
        assertThat(target.baseline()).isEqualTo(baseline);
        assertThat(target.atLeast()).isEqualTo(atLeast);
        assertThat(target.bound()).isEqualTo(bound);
    }

    @ParameterizedTest
    @ValueSource(strings = {"calls < 3", "speed >= 1", "calls <=", "", "startUp-kqueue <= 1"})
    void whatIsNoExpressionIsRefused(String text) {
        assertThatThrownBy(() -> Target.of(text)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void aCountIsComparedAsItsBoundIsWritten() {
        assertThat(Target.of("besidesWaits <= 2.0").isMetBy(2.049)).isTrue();
        assertThat(Target.of("besidesWaits <= 2.0").isMetBy(2.051)).isFalse();
        assertThat(Target.of("calls <= 3").isMetBy(3.49)).isTrue();
        assertThat(Target.of("calls <= 3").isMetBy(3.51)).isFalse();
    }

    @Test
    void aRatioOfTimesIsComparedAsItIs() {
        assertThat(Target.of("throughput/epoll >= 1.04").isMetBy(1.0399)).isFalse();
        assertThat(Target.of("throughput/epoll >= 1.04").isMetBy(1.04)).isTrue();
        assertThat(Target.of("loopCpu/epoll <= 0.75").isMetBy(0.76)).isFalse();
    }

    @Test
    void onlyCountsByThemselvesAreExact() {
        assertThat(Target.of("calls <= 3").isExact()).isTrue();
        assertThat(Target.of("throughput/epoll >= 1.04").isExact()).isFalse();
        assertThat(Target.of("startUp-epoll <= 50").isExact()).isFalse();
    }

    @Test
    void targetsAreJudgedByWhatWasMeasured() {
        Results results = SampleResults.results();

        assertThat(verdicts("keep-alive-64", results)).extracting(Verdict::met).allMatch(met -> met.orElse(false));
        assertThat(verdicts("keep-alive-64", results).getFirst().measured().orElseThrow())
                .satisfies(ratio -> {
                    assertThat(ratio.min()).isEqualTo(1.05, within(1e-9));
                    assertThat(ratio.median()).isEqualTo(1.625, within(1e-9));
                    assertThat(ratio.max()).isEqualTo(2.2, within(1e-9));
                });
        assertThat(median("idle-1000", 0, results)).isEqualTo(0.99, within(1e-9));
        assertThat(median("idle-1000", 1, results)).isEqualTo(0.5, within(1e-9));
        assertThat(median("start-up", 0, results)).isEqualTo(40, within(1e-9));
    }

    @Test
    void aTargetWithoutItsNumbersIsNeitherMetNorMissed() {
        Results results = SampleResults.results();
        assertThat(verdicts("sse-100", results)).extracting(Verdict::met).allMatch(met -> met.isEmpty());
        assertThat(verdicts("start-up", results).getLast().met()).isEmpty(); // epoll had no AOT cache
    }

    @Test
    void boundsOfKqueueAreJudgedByItsCounts() {
        List<Verdict> verdicts = Verdict.ofKqueue(Scenarios.named("keep-alive-64"), SampleResults.results());
        assertThat(verdicts)
                .filteredOn(verdict -> !verdict.met().orElseThrow())
                .extracting(verdict -> verdict.target().metric())
                .containsExactly(Metric.CHANGES_PER_EVENT);
    }

    private static double median(String scenario, int target, Results results) {
        return verdicts(scenario, results).get(target).measured().orElseThrow().median();
    }

    private static List<Verdict> verdicts(String scenario, Results results) {
        return Verdict.of(Scenarios.named(scenario), results);
    }
}
