package io.fdflux.posix.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.platform.Platform.Os;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {

    @ParameterizedTest
    @CsvSource({
        "Linux,       amd64,   LINUX,     x86_64",
        "Linux,       aarch64, LINUX,     aarch64",
        "Linux,       riscv64, LINUX,     riscv64",
        "Mac OS X,    aarch64, MACOS,     aarch64",
        "Mac OS X,    x86_64,  MACOS,     x86_64",
        "Darwin,      arm64,   MACOS,     aarch64",
        "FreeBSD,     amd64,   FREEBSD,   x86_64",
        "NetBSD,      amd64,   NETBSD,    x86_64",
        "OpenBSD,     amd64,   OPENBSD,   x86_64",
        "DragonFlyBSD,x86_64,  DRAGONFLY, x86_64",
    })
    void detectsTheHost(String osName, String osArch, Os os, String arch) {
        assertThat(Platform.detect(null, osName, osArch)).isEqualTo(new Platform(os, arch));
        assertThat(Platform.detect(" ", osName, osArch)).isEqualTo(new Platform(os, arch));
    }

    @ParameterizedTest
    @CsvSource({
        "netbsd-x86_64,  NETBSD,  x86_64",
        "NetBSD-amd64,   NETBSD,  x86_64",
        "macos-arm64,    MACOS,   aarch64",
        "openbsd,        OPENBSD, aarch64",
    })
    void aSettingOverridesTheHost(String setting, Os os, String arch) {
        assertThat(Platform.detect(setting, "Linux", "aarch64")).isEqualTo(new Platform(os, arch));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "windows-x86_64",
                "linux-mips",
                "netbsd-riscv64",
                "dragonfly-arm64",
                "-x86_64",
                "netbsd-",
                "solaris",
                "x86_64-linux"
            })
    void refusesSettingsThatTheTablesDoNotKnow(String setting) {
        assertThatThrownBy(() -> Platform.detect(setting, "Linux", "amd64"))
                .isInstanceOf(UnsupportedPlatformException.class)
                .hasMessageContaining("fdflux.posix.platform=" + setting)
                .hasMessageContaining("linux on x86_64, aarch64, riscv64; macos on x86_64, aarch64; freebsd on ")
                .hasMessageContaining("dragonfly on x86_64");
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, amd64", "SunOS, amd64", "Linux, s390x", "AIX, ppc64", "'', ''"})
    void refusesOtherHosts(String osName, String osArch) {
        assertThatThrownBy(() -> Platform.detect(null, osName, osArch))
                .isInstanceOf(UnsupportedPlatformException.class)
                .hasMessageContaining(osName + " on " + osArch);
    }

    @Test
    void writesItselfAsTheSettingThatNamesIt() {
        for (Os os : Os.values()) {
            Platform platform = new Platform(os, "x86_64");
            assertThat(Platform.detect(platform.toString(), "Linux", "aarch64")).isEqualTo(platform);
        }
    }

    @Test
    void thisMachineIsKnown() {
        assertThat(Platform.current().arch()).isNotEmpty();
    }
}
