package io.fdflux.testsuite.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The shell lines of the documents, and the commands that CI runs. */
final class ShellLines {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```([^\n]*)\n(.*?)^```");

    /** A block that is indented instead of fenced, after an empty line. Nested text of a list is not one. */
    private static final Pattern INDENTED = Pattern.compile("(?m)(?<=^\n)(?: {4}[^\n]*\n)+");

    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

    /** What readers copy out of a sentence or a table. A program's name alone is no line to copy. */
    private static final Pattern COMMAND = Pattern.compile(
            "(?:\\w+=(?:\"[^\"]*\"|\\S+) )*(?:scripts/\\S+.*|\\.ci/run|target/\\S+/bin/\\S+|(?:java|javac|sh) -.*"
                    + "|(?:jcmd|jfr|jstack|mvn|ls|curl|podman|docker|buildah|apt-get|npm|npx|cc|gcc) .+)");

    /** Languages of blocks that other tests check, or that nobody runs. */
    private static final Set<String> OTHERS = Set.of("java", "xml", "properties", "text", "mermaid");

    private static final Pattern SCRIPT = Pattern.compile("(?:scripts/|\\$here/)([a-z0-9-]+)");

    private ShellLines() {}

    /** {@return the documents that have each line} */
    static Map<String, Set<String>> ofDocuments() {
        Map<String, Set<String>> lines = new TreeMap<>();
        for (Path document : documents()) {
            String name = House.root().relativize(document).toString();
            of(House.read(document), name)
                    .forEach(line ->
                            lines.computeIfAbsent(line, l -> new TreeSet<>()).add(name));
        }
        return lines;
    }

    /** {@return README.md, CONTRIBUTING.md, docs, and two pages beside code} */
    static Set<Path> documents() {
        try (Stream<Path> docs = Files.walk(House.root().resolve("docs"))) {
            Set<Path> documents = new TreeSet<>(
                    docs.filter(path -> path.toString().endsWith(".md")).toList());
            Stream.of(
                            "README.md",
                            "CONTRIBUTING.md",
                            "benchmarks/README.md",
                            "transport-kqueue/src/test/native/README.md")
                    .map(House.root()::resolve)
                    .forEach(documents::add);
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the shell lines of a document's text, without comments} */
    static Set<String> of(String text, String name) {
        Set<String> lines = new TreeSet<>();
        for (Matcher block = BLOCK.matcher(text); block.find(); ) {
            String language = block.group(1).replaceFirst(" .*", "");
            if (language.equals("sh")) {
                block.group(2).lines().map(ShellLines::withoutComment).forEach(lines::add);
            } else if (!OTHERS.contains(language)) {
                throw new AssertionError(name + " has a block of \"" + language + "\": choose sh or one of " + OTHERS);
            }
        }
        String rest = BLOCK.matcher(text).replaceAll("");
        INDENTED.matcher(rest)
                .results()
                .flatMap(block -> block.group().lines())
                .map(String::strip)
                .map(ShellLines::withoutComment)
                .filter(line -> COMMAND.matcher(line).matches())
                .forEach(lines::add);
        CODE.matcher(INDENTED.matcher(rest).replaceAll(""))
                .results()
                .map(code -> code.group(1))
                .filter(code -> COMMAND.matcher(code).matches())
                .forEach(lines::add);
        lines.remove("");
        return lines;
    }

    private static String withoutComment(String line) {
        return line.replaceFirst("(?:^|\\s+)# .*$", "").strip();
    }

    /** {@return the text of each script that CI reaches, without comments and messages} */
    static Map<String, String> ofCi() {
        Map<String, String> scripts = new TreeMap<>();
        Deque<String> reached = new ArrayDeque<>(Set.of(".ci/run"));
        while (!reached.isEmpty()) {
            String script = reached.pop();
            String text = commands(House.read(script));
            if (script.equals(".ci/run")) {
                text += testCommand();
            }
            if (scripts.put(script, text) == null) {
                SCRIPT.matcher(text)
                        .results()
                        .map(call -> "scripts/" + call.group(1))
                        .filter(call -> Files.exists(House.root().resolve(call)))
                        .forEach(reached::push);
            }
        }
        return scripts;
    }

    /** The second block of sh of the README, which CI runs. */
    private static String testCommand() {
        return Pattern.compile("(?ms)^```sh\n(.*?)^```")
                .matcher(House.read("README.md"))
                .results()
                .skip(1)
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private static String commands(String script) {
        StringBuilder commands = new StringBuilder();
        script.replace("\\\n", " ")
                .lines()
                .map(line -> line.replaceFirst("(?:^|\\s)#.*", "").strip())
                .filter(line -> !line.matches("(?:echo|fail|give_up|printf) .*"))
                .map(line -> line.replaceFirst(" *(?:\\|\\||&&) *(?:echo|fail|give_up) .*", ""))
                .forEach(line -> commands.append(line).append('\n'));
        return commands.toString();
    }

    /** Whether a script has the line as a command of its own, without further arguments that say something else. */
    static boolean isRunBy(String commands, String line) {
        return Pattern.compile("(?m)(?:^|[|&;(=] *|\\b(?:exec|then|do|run|(?:serve|start) [a-z-]+) +|\\$\\()['\"]?"
                        + "(?:env (?:-i )?(?:\\w+=\\S+ )*)?"
                        + Pattern.quote(line)
                        + "(?:$|['\")]| *(?:[<>|&;]|\"\\$|\\$\\{?[a-zA-Z]|>&).*)")
                .matcher(commands)
                .find();
    }
}
