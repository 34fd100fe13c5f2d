package io.fdflux.posix.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Tests that processors with unchecked layouts are refused. */
class PlatformRefusalTest {

    @Test
    void bigEndianIsRefusedForAnySetting() {
        for (String setting : new String[] {null, "linux-x86_64"}) {
            assertThatThrownBy(() -> Platform.detect(setting, "Linux", "s390x", ByteOrder.BIG_ENDIAN, 8))
                    .isInstanceOf(UnsupportedPlatformException.class)
                    .hasMessageContaining("Linux on s390x, a big-endian processor")
                    .hasMessageContaining("little-endian and of 64 bits");
        }
    }

    @Test
    void addressesOf32BitsAreRefusedForAnySetting() {
        for (String setting : new String[] {null, "linux-aarch64"}) {
            assertThatThrownBy(() -> Platform.detect(setting, "Linux", "arm", ByteOrder.LITTLE_ENDIAN, 4))
                    .isInstanceOf(UnsupportedPlatformException.class)
                    .hasMessageContaining("Linux on arm, a 32-bit JVM");
        }
    }

    @Test
    void otherProcessorsPass() {
        assertThat(Platform.detect(null, "Linux", "amd64", ByteOrder.LITTLE_ENDIAN, 8))
                .isEqualTo(new Platform(Platform.Os.LINUX, "x86_64"));
    }
}
