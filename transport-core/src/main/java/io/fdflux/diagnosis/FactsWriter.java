package io.fdflux.diagnosis;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes facts as text and as JSON. Facts are nested maps whose values are strings, numbers, booleans or maps. Both
 * forms contain all of them.
 */
final class FactsWriter {

    private static final String INDENT = "  ";

    private FactsWriter() {}

    /** {@return text with a heading per key of the outer map, and a line per key below} */
    static String text(Map<String, ?> facts) {
        StringBuilder text = new StringBuilder();
        facts.forEach((heading, value) -> {
            text.append(heading).append('\n');
            if (value instanceof Map<?, ?> section) {
                if (section.isEmpty()) {
                    text.append(INDENT).append("none\n");
                }
                section.forEach((key, fact) -> text.append(INDENT)
                        .append(key)
                        .append(": ")
                        .append(inLine(fact))
                        .append('\n'));
            } else {
                text.append(INDENT).append(inLine(value)).append('\n');
            }
        });
        return text.toString();
    }

    private static String inLine(Object fact) {
        return fact instanceof Map<?, ?> map
                ? map.entrySet().stream()
                        .map(e -> e.getValue() instanceof Map<?, ?>
                                ? e.getKey() + " (" + inLine(e.getValue()) + ")"
                                : e.getKey() + " " + inLine(e.getValue()))
                        .collect(Collectors.joining(", "))
                : String.valueOf(fact).replace('\n', ' ');
    }

    /** {@return one indented object, RFC 8259} */
    static String json(Map<String, ?> facts) {
        StringBuilder json = new StringBuilder();
        object(facts, "\n", json);
        return json.append('\n').toString();
    }

    private static void object(Map<?, ?> map, String lineStart, StringBuilder json) {
        json.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            json.append(separator).append(lineStart).append(INDENT);
            string(entry.getKey().toString(), json);
            json.append(": ");
            value(entry.getValue(), lineStart + INDENT, json);
            separator = ",";
        }
        json.append(map.isEmpty() ? "" : lineStart).append('}');
    }

    private static void value(Object value, String lineStart, StringBuilder json) {
        switch (value) {
            case Map<?, ?> map -> object(map, lineStart, json);
            case Boolean bool -> json.append(bool);
            case Integer number -> json.append(number);
            case Long number -> json.append(number);
            case String string -> string(string, json);
            default -> throw new IllegalArgumentException("no fact: " + value.getClass());
        }
    }

    private static void string(String string, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c) || c == '\u007f') {
                json.append(String.format("\\u%04x", (int) c)); // a surrogate may lack its other half
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
