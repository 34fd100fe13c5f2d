package io.fdflux.netty.inet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.platform.Platform.Os;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The choice of a socket's family per system. */
class FamilyChoiceTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "LINUX, FIXED",
        "MACOS, FIXED",
        "FREEBSD, FIXED",
        "DRAGONFLY, FIXED",
        "NETBSD, IPV4_APART",
        "OPENBSD, BY_ADDRESS"
    })
    void eachSystemHasItsOwn(Os os, FamilyChoice choice) {
        assertThat(FamilyChoice.of("", os)).isEqualTo(choice);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(FamilyChoice.class)
    void anotherOneCanBeNamed(FamilyChoice choice) {
        assertThat(FamilyChoice.of(choice.key(), Os.LINUX)).isEqualTo(choice);
    }

    @Test
    void oneThatThereIsNotIsAnsweredWithThoseThatThereAre() {
        assertThatThrownBy(() -> FamilyChoice.of("both", Os.LINUX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fdflux.netty.families=both")
                .hasMessageContaining("fixed, ipv4-apart, by-address");
    }
}
