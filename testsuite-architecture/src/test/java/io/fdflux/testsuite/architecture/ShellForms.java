package io.fdflux.testsuite.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Shell lines that CI does not run, because of their time or of a program that it lacks: what they name must be there.
 */
final class ShellForms {

    /** What a line of that form must meet. */
    @FunctionalInterface
    interface Form {
        /** {@return what is wrong with a line} */
        List<String> complaints(String line);
    }

    static final Map<String, Form> ALL = all();

    private static final Set<String> PHASES = Set.of("test-compile", "test", "package", "verify", "install");

    private ShellForms() {}

    private static Map<String, Form> all() {
        Map<String, Form> all = new TreeMap<>();
        of(all, ShellForms::script, """
            .ci/run
            scripts/build-release
            scripts/build-release --sign
            scripts/check-abi --update-readme
            scripts/check-image --container
            scripts/check-reproducible
            scripts/format
            scripts/format FILES...
            scripts/native-image-metadata
            scripts/page-screenshots
            scripts/stress
            scripts/test-without-staging
            """);
        of(all, ShellForms::stress, "scripts/stress -m tough -t Posts");
        of(all, ShellForms::maven, """
            mvn install -DskipTests
            mvn verify
            mvn -q package
            mvn -q -B -ntp test-compile
            mvn -q -B -ntp -pl transport-netty -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest='AcceptTest,Moving*'
            mvn -q -B -ntp -pl transport-reactor-netty -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest=DocumentSamplesTest
            mvn -q -B -ntp -pl transport-spring-boot-starter -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest='Page*Test'
            mvn -q -B -ntp -pl testsuite-netty -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest='TcpSuite$HalfClosed'
            mvn -q -B -ntp -pl testsuite-netty -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest='*Suite$*'
            """);
        of(all, ShellForms::debian, "apt-get install openjdk-25-jdk-headless");
        of(all, ShellForms::container, """
            podman build --file examples/webflux/Containerfile --tag fdflux-example-webflux target/image/webflux
            podman run --cap-drop all --security-opt no-new-privileges --read-only --publish 8080:8080 fdflux-example-webflux
            """);
        return all;
    }

    private static void of(Map<String, Form> all, Form form, String lines) {
        lines.lines().forEach(line -> all.put(line, form));
    }

    /** A script that is there, that bash can parse, and that knows the line's options. */
    private static List<String> script(String line) {
        List<String> words = List.of(line.split(" "));
        Path script = House.root().resolve(words.getFirst());
        if (!Files.isExecutable(script)) {
            return List.of("there is no such program");
        }
        List<String> complaints = new ArrayList<>(output("bash", "-n", script.toString()));
        words.stream()
                .filter(word -> word.startsWith("-") && !mentions(script, word))
                .forEach(option -> complaints.add("it does not know " + option));
        return complaints;
    }

    private static boolean mentions(Path script, String option) {
        return House.read(script).lines().anyMatch(line -> !line.startsWith("#") && line.contains(option));
    }

    private static List<String> stress(String line) {
        String test = line.replaceFirst(".* -t (\\w+).*", "$1");
        List<String> complaints = new ArrayList<>(script("scripts/stress"));
        if (classes("stress/src/main").noneMatch(name -> name.contains(test))) {
            complaints.add("module stress has no test with " + test + " in its name");
        }
        return complaints;
    }

    /**
     * Modules of the build, its phases, and tests that the module has: a pattern without a class would run nothing,
     * and succeed.
     */
    private static List<String> maven(String line) {
        List<String> words = List.of(line.split(" "));
        List<String> complaints = new ArrayList<>();
        Optional<String> module = after(words, "-pl");
        module.filter(m -> !House.read("pom.xml").contains("<module>" + m + "</module>"))
                .ifPresent(m -> complaints.add("the build has no module " + m));
        if (module.isPresent() && !words.contains("-am")) {
            complaints.add("without -am it takes older jars of the other modules");
        }
        if (words.stream().noneMatch(PHASES::contains)) {
            complaints.add("it has none of the phases " + PHASES);
        }
        words.stream()
                .filter(word -> word.startsWith("-Dtest="))
                .flatMap(word -> Stream.of(
                        word.substring("-Dtest=".length()).replace("'", "").split(",")))
                .filter(pattern -> classes(module.orElse("") + "/src/test")
                        .noneMatch(
                                name -> name.matches(pattern.replace("$", "\\$").replace("*", ".*"))))
                .forEach(pattern -> complaints.add("no test is named " + pattern));
        return complaints;
    }

    /** {@return the simple names of classes, with those of one level of nested ones} */
    private static Stream<String> classes(String folder) {
        try (Stream<Path> files = Files.walk(House.root().resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".java")).flatMap(ShellForms::names).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> names(Path source) {
        String outer = source.getFileName().toString().replace(".java", "");
        Stream<String> nested = Pattern.compile("(?m)^ +(?:\\w+ )*class (\\w+)")
                .matcher(House.read(source))
                .results()
                .map(name -> outer + "$" + name.group(1));
        return Stream.concat(Stream.of(outer), nested);
    }

    /** The file that it builds from, and options that podman has, where it is installed. */
    private static List<String> container(String line) {
        List<String> words = List.of(line.split(" "));
        List<String> complaints = new ArrayList<>();
        after(words, "--file")
                .filter(file -> !Files.exists(House.root().resolve(file)))
                .ifPresent(file -> complaints.add("there is no " + file));
        if (words.contains("build") && !House.read("scripts/build-image").contains(words.getLast())) {
            complaints.add("scripts/build-image does not write " + words.getLast());
        }
        if (Files.isExecutable(Path.of("/usr/bin/podman"))) {
            String help = String.join("\n", output("podman", words.get(1), "--help"));
            words.stream()
                    .filter(word -> word.startsWith("--") && !help.contains(word + " "))
                    .forEach(option -> complaints.add("podman has no " + option));
        }
        return complaints;
    }

    /** A package that scripts/setup-tests installs where it is missing. */
    private static List<String> debian(String line) {
        String name = line.substring(line.lastIndexOf(' ') + 1);
        return House.read("scripts/setup-tests").contains(name)
                ? List.of()
                : List.of("scripts/setup-tests does not install " + name);
    }

    private static Optional<String> after(List<String> words, String option) {
        int at = words.indexOf(option);
        return at < 0 || at + 1 == words.size() ? Optional.empty() : Optional.of(words.get(at + 1));
    }

    /** {@return what a program prints, on both of its outputs} */
    private static List<String> output(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
