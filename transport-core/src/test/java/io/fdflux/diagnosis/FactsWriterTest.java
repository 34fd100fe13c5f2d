package io.fdflux.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class FactsWriterTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static Map<String, Object> facts() {
        Map<String, Object> poller = new LinkedHashMap<>();
        poller.put("available", true);
        poller.put("means", Map.of("wait", "epoll_pwait2"));
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("pollers", Map.of("epoll", poller));
        facts.put("processors", 2);
        facts.put("settings", Map.of());
        return facts;
    }

    @Test
    void textIsALineAFact() {
        assertThat(FactsWriter.text(facts())).isEqualTo("""
            pollers
              epoll: available true, means (wait epoll_pwait2)
            processors
              2
            settings
              none
            """);
    }

    @Test
    void jsonIsAnObject() {
        assertThat(FactsWriter.json(facts())).isEqualTo("""
            {
              "pollers": {
                "epoll": {
                  "available": true,
                  "means": {
                    "wait": "epoll_pwait2"
                  }
                }
              },
              "processors": 2,
              "settings": {}
            }
            """);
    }

    @Property
    void everyStringSurvives(@ForAll String key, @ForAll String value) {
        Map<?, ?> read = JSON.readValue(FactsWriter.json(Map.of(key, value)), Map.class);
        assertThat((Object) read).isEqualTo(Map.of(key, value));
    }

    @Test
    void whatIsNoFactIsRefused() {
        assertThatThrownBy(() -> FactsWriter.json(Map.of("a", new Object())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
    }
}
