package io.fdflux.benchmarks.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Output of the programs, as they once printed it. */
final class Recorded {

    private Recorded() {}

    static String output(String name) throws IOException {
        try (InputStream stream = Recorded.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
