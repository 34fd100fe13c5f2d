package io.fdflux.posix.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalNamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "SIGTERM"})
    void namesMayHaveThePrefix(String name) {
        assertThat(SignalNames.number(name)).hasValue(15);
        assertThat(SignalNames.shortName(name)).isEqualTo("TERM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SIG", "term", "NONE", "15"})
    void otherNamesHaveNoNumber(String name) {
        assertThat(SignalNames.number(name)).isEmpty();
    }

    @Test
    void eachNumberHasItsName() {
        assertThat(SignalNames.all())
                .hasSizeGreaterThan(25)
                .allSatisfy(
                        (name, number) -> assertThat(SignalNames.name(number)).isEqualTo(name));
    }

    @Test
    void numbersWithoutNameAreTheirOwn() {
        assertThat(SignalNames.name(64)).isEqualTo("64"); // SIGRTMAX of Linux
    }
}
