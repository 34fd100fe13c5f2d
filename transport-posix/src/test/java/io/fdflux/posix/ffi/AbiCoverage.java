package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.Platform.Os;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes the check's coverage as a summary, as JSON, and to the README's table of platforms. */
final class AbiCoverage {

    /** {@code <!--abi:key-->} ... {@code <!--/abi-->}: the check writes the text between them. */
    private static final Pattern CELL = Pattern.compile("(<!--abi:([a-z0-9_-]+)-->)(.*?)(<!--/abi-->)");

    private AbiCoverage() {}

    static String summary(List<AbiResult> results) {
        StringBuilder text = new StringBuilder();
        for (AbiResult r : results) {
            text.append("%-28s %3d constants %2d structs with %2d fields %2d functions  %s%n"
                    .formatted(r.target(), r.constants(), r.structs(), r.fields(), r.functions(), verdict(r)));
            r.failures()
                    .forEach(f -> text.append("    ")
                            .append(r.target())
                            .append(": ")
                            .append(f)
                            .append('\n'));
            r.undetected()
                    .forEach(u -> text.append("    ")
                            .append(r.target())
                            .append(": falsified without being found: ")
                            .append(u)
                            .append('\n'));
            r.absent().forEach(a -> text.append("    has no ").append(a).append(", as the code expects\n"));
        }
        Map<String, List<AbiTarget>> present = new TreeMap<>();
        results.stream()
                .filter(r -> !r.target().refused())
                .forEach(r -> r.present()
                        .forEach(w -> present.computeIfAbsent(w, k -> new ArrayList<>())
                                .add(r.target())));
        present.forEach((entry, targets) -> text.append("%s: %s: the tables have none, the headers of %s do%s%n"
                .formatted(
                        AbiHeaders.whyAbsent(targets.getFirst(), entry)
                                .map(w -> "note")
                                .orElse("warning"),
                        entry,
                        targets,
                        AbiHeaders.whyAbsent(targets.getFirst(), entry)
                                .map(w -> ": " + w)
                                .orElse(""))));
        AbiTarget.UNCHECKED.forEach(u -> text.append("%s: not %s: %s%n".formatted(u.key(), u.what(), u.reason())));
        return text.toString();
    }

    private static String verdict(AbiResult result) {
        if (result.target().refused()) {
            return "refused at start; " + (result.failures().isEmpty() ? "no difference" : "differs");
        }
        return result.green() ? "right; each found when falsified" : "WRONG";
    }

    static String json(List<AbiResult> results) {
        String targets = results.stream().map(AbiCoverage::json).collect(Collectors.joining(",\n    "));
        String unchecked = AbiTarget.UNCHECKED.stream()
                .map(u -> "{\"key\": %s, \"what\": %s, \"reason\": %s}"
                        .formatted(quoted(u.key()), quoted(u.what()), quoted(u.reason())))
                .collect(Collectors.joining(",\n    "));
        return "{\n  \"targets\": [\n    " + targets + "\n  ],\n  \"unchecked\": [\n    " + unchecked + "\n  ]\n}\n";
    }

    private static String json(AbiResult r) {
        AbiTarget t = r.target();
        return ("{\"target\": %s, \"os\": %s, \"arch\": %s, \"libc\": %s, \"version\": %s, \"headers\": %s,"
            + " \"refused\": %s, \"constants\": %d, \"structs\": %d, \"fields\": %d, \"functions\": %d, \"failures\":"
            + " %s, \"present\": %s, \"absent\": %s, \"undetected\": %s}")
                .formatted(
                        quoted(t.triple()),
                        quoted(t.os().key()),
                        quoted(t.arch()),
                        quoted(t.libc()),
                        quoted(t.version()),
                        quoted(t.headers()),
                        t.refused(),
                        r.constants(),
                        r.structs(),
                        r.fields(),
                        r.functions(),
                        quoted(r.failures()),
                        quoted(r.present()),
                        quoted(r.absent()),
                        quoted(r.undetected()));
    }

    private static String quoted(List<String> list) {
        return list.stream().map(AbiCoverage::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String quoted(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\t", " ")
                + '"';
    }

    /** Updates the cells of the README, or reports that they differ from the coverage. */
    static boolean readme(Path file, List<AbiResult> results, boolean update) throws IOException {
        String before = Files.readString(file);
        String after = CELL.matcher(before)
                .replaceAll(m -> Matcher.quoteReplacement(m.group(1) + cell(m.group(2), results) + m.group(4)));
        if (after.equals(before)) {
            return true;
        }
        if (update) {
            Files.writeString(file, after);
            System.out.println(file.getFileName() + " is written anew");
            return true;
        }
        System.out.println(file.getFileName()
                + " does not say what was checked: run scripts/check-abi --update-readme, and commit it");
        return false;
    }

    static String cell(String key, List<AbiResult> results) {
        Predicate<AbiTarget> wanted = switch (key) {
            case "linux-gnu-x86_64" -> t -> t.triple().startsWith("x86_64-linux-gnu");
            case "linux" -> t -> t.os() == Os.LINUX && !t.triple().startsWith("x86_64-linux-gnu");
            default -> t -> t.os().key().equals(key);
        };
        List<AbiResult> checked = results.stream()
                .filter(r -> !r.target().refused() && wanted.test(r.target()))
                .toList();
        Map<String, Set<String>> archs = new TreeMap<>();
        Map<String, Set<String>> versions = new TreeMap<>();
        for (AbiResult r : checked) {
            AbiTarget t = r.target();
            String headers = t.libc().isEmpty() ? t.headers() : (t.musl() ? "musl " : "glibc ") + t.headers();
            archs.computeIfAbsent(headers, k -> new LinkedHashSet<>())
                    .add(t.arch().replace('_', '-'));
            if (!t.version().isEmpty() && !t.version().equals(t.headers())) {
                versions.computeIfAbsent(headers, k -> new TreeSet<>()).add(t.version());
            }
        }
        List<String> parts = new ArrayList<>();
        archs.forEach((headers, list) -> {
            String also = String.join(", ", versions.getOrDefault(headers, Set.of()));
            parts.add(headers + (also.isEmpty() ? "" : " (symbols from " + also + " on)") + " on "
                    + String.join(", ", list));
        });
        AbiTarget.UNCHECKED.stream()
                .filter(u -> u.key().equals(key))
                .forEach(u -> parts.add("not " + u.what() + ": " + u.reason()));
        return String.join("; ", parts);
    }
}
