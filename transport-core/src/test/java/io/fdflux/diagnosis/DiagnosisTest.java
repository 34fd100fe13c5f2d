package io.fdflux.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.platform.Platform;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The diagnosis without a poller's jar. The starter's test covers an application's class path. */
class DiagnosisTest {

    @Test
    void textAndJsonHoldTheSameFacts() {
        Diagnosis diagnosis = Diagnosis.run();
        Map<?, ?> json = new JsonMapper().readValue(diagnosis.toJson(), Map.class);
        assertThat(json.keySet()).isEqualTo(diagnosis.facts().keySet());
        inText(json, diagnosis.toText());
    }

    private static void inText(Map<?, ?> facts, String text) {
        facts.forEach((key, value) -> {
            assertThat(text).contains(key.toString());
            if (value instanceof Map<?, ?> nested) {
                inText(nested, text);
            } else {
                assertThat(text).contains(value.toString());
            }
        });
    }

    @Test
    void containsTheFactsOfABugReport() {
        System.setProperty("fdflux.test.setting", "a \"b\"");
        try {
            assertThat(Diagnosis.run().toText())
                    .containsPattern("fdflux: \\d+\\.\\d+\\.\\d+")
                    .containsPattern("netty: 4\\.2\\.")
                    .contains("os: " + System.getProperty("os.name"))
                    .contains("tables: " + Platform.current())
                    .contains("version: " + Runtime.version())
                    .contains("chosen: none", "is a poller's jar on the class path?")
                    .contains("  read: symbol read, found true, library C library")
                    .contains("fdflux.test.setting: a \"b\"");
        } finally {
            System.clearProperty("fdflux.test.setting");
        }
    }
}
