package io.fdflux.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no sh")
class CommandTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void outputAndErrorsAreReturned() throws InterruptedException {
        assertThat(Command.run(List.of("sh", "-c", "echo one; echo two >&2"), LONG))
                .isEqualTo("one\ntwo\n");
    }

    @Test
    void aFailureHasTheStatusAndTheOutput() {
        assertThatThrownBy(() -> Command.run(List.of("sh", "-c", "echo because; exit 7"), LONG))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("status 7")
                .hasMessageContaining("because");
    }

    @Test
    void aProgramThatDoesNotEndIsEnded() {
        assertThatThrownBy(() -> Command.run(List.of("sleep", "600"), Duration.ofMillis(50)))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("did not end");
    }

    @Test
    void aProgramThatIsMissingIsNamed() {
        assertThatThrownBy(() -> Command.run(List.of("no-such-program"), LONG))
                .isInstanceOf(MeasurementException.class)
                .hasMessageContaining("no-such-program");
        assertThat(Command.exists("no-such-program")).isFalse();
        assertThat(Command.exists("sh")).isTrue();
    }
}
