package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What BlockHound sees on loops. The option is what it needs from JDK 13 on; without it, it fails to install. */
@OnEveryPoller
class BlockHoundTest {

    private static final String NOTHING = "[]";

    @Test
    void loopsMayWaitAndUsersMayNotBlockThem() throws IOException {
        Map<String, String> seen = run();
        assertThat(seen.remove("sleep of a handler")).contains("java.lang.Thread.sleep");
        assertThat(seen.remove("open of a file")).contains("io.fdflux.posix.Descriptor.open");
        assertThat(seen)
                .hasSize(9)
                .allSatisfy((step, calls) -> assertThat(calls).as(step).isEqualTo(NOTHING));
    }

    private static Map<String, String> run() throws IOException {
        List<String> options = List.of("-XX:+AllowRedefinitionToAddDeleteMethods", "-XX:+EnableDynamicAgentLoading");
        Map<String, String> seen = new LinkedHashMap<>();
        try (Fork fork = new Fork(options, WatchedLoops.class, 1024)) {
            for (String line = fork.line(); !line.equals("end"); line = fork.line()) {
                int colon = line.indexOf(": ");
                seen.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
        return seen;
    }
}
