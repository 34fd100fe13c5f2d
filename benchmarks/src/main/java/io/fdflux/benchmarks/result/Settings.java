package io.fdflux.benchmarks.result;

import java.util.List;

/**
 * How a scenario was measured.
 *
 * @param jvms          server JVMs per transport
 * @param warmUps       short runs of the sender before the measured ones
 * @param warmUpSeconds of one of them
 * @param runs          measured runs per JVM
 * @param seconds       of one of them
 * @param load          the sender, as its command line
 * @param jvmFlags      of each server JVM
 * @param pinning       on which processors the server and the sender ran
 */
public record Settings(
        int jvms,
        int warmUps,
        int warmUpSeconds,
        int runs,
        int seconds,
        String load,
        List<String> jvmFlags,
        String pinning) {

    public Settings {
        jvmFlags = List.copyOf(jvmFlags);
    }
}
