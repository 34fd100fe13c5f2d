package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Compiles every Java sample of README.md, CONTRIBUTING.md and docs as printed, and runs the self-contained ones. */
@DisabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "once is enough")
class DocumentSamplesTest {

    /** A sample marked {@code java awaits some.Class} is skipped until the class path has that class. */
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java(?: +awaits +(\\S+))? *\n(.*?)^```");

    /** The standard input of a sample, and its expected standard output. */
    private record Run(String input, String output) {}

    private static final Run SILENT = new Run("", "");

    /** The samples to run, by document and index. */
    private static final Map<String, Run> RUN = Map.of(
            "README.md 1",
            SILENT,
            "README.md 2",
            new Run("hello", "hello"),
            "README.md 3",
            SILENT,
            "docs/diagnosis.md 1",
            SILENT,
            "docs/fdflux.md 1",
            new Run("", "13 bytes"),
            "docs/fdflux.md 2",
            new Run("hello", "hello"),
            "docs/fdflux.md 3",
            new Run("", "hello"),
            "docs/fdflux.md 9",
            SILENT,
            "docs/netty-without-reactor.md 1",
            new Run("", "hello"),
            "docs/netty-without-reactor.md 2",
            SILENT);

    private static final List<String> IMPORTS = List.of(
            "io.fdflux.*",
            "io.fdflux.netty.*",
            "io.fdflux.poller.*",
            "io.fdflux.posix.*",
            "io.fdflux.reactor.netty.*",
            "io.fdflux.test.*",
            "io.netty.bootstrap.*",
            "io.netty.buffer.*",
            "io.netty.channel.*",
            "io.netty.channel.unix.*",
            "io.netty.handler.codec.string.*",
            "io.netty.util.concurrent.Future",
            "java.net.*",
            "java.nio.charset.StandardCharsets",
            "java.nio.file.*",
            "java.util.*",
            "reactor.core.publisher.*",
            "reactor.core.scheduler.*",
            "reactor.netty.*",
            "reactor.netty.http.client.*",
            "reactor.netty.http.server.*",
            "reactor.netty.resources.*",
            "reactor.test.*");

    private static final Path ROOT = Path.of("..");

    @TempDir
    Path folder;

    private static Map<String, String> samples() throws IOException {
        Map<String, String> samples = new TreeMap<>();
        List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        for (Path document : documents) {
            Matcher block = BLOCK.matcher(Files.readString(document));
            for (int i = 1; block.find(); i++) {
                String awaited = block.group(1);
                if (awaited == null || isThere(awaited)) {
                    samples.put(ROOT.relativize(document) + " " + i, block.group(2));
                }
            }
        }
        return samples;
    }

    private static boolean isThere(String className) {
        try {
            Class.forName(className, false, DocumentSamplesTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static String className(String sample) {
        return "Sample_" + sample.replaceAll("\\W", "_");
    }

    private static String source(String sample, String text, List<String> imports) {
        StringBuilder source = new StringBuilder();
        imports.forEach(name -> source.append("import ").append(name).append(";\n"));
        return source.append("public class ")
                .append(className(sample))
                .append(" extends SampleContext {\n")
                .append("    @Override public void run() throws Exception {\n")
                .append(text)
                .append("\n    }\n}\n")
                .toString();
    }

    private void compile(Map<String, String> samples) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> complaints = new DiagnosticCollector<>();
        List<Path> sources = new ArrayList<>();
        try (var files = compiler.getStandardFileManager(complaints, null, StandardCharsets.UTF_8)) {
            List<String> imports = new ArrayList<>();
            for (String name : IMPORTS) {
                if (!name.endsWith(".*") || hasClasses(files, name.substring(0, name.length() - 2))) {
                    imports.add(name);
                }
            }
            for (Map.Entry<String, String> sample : samples.entrySet()) {
                Path file = folder.resolve(className(sample.getKey()) + ".java");
                Files.writeString(file, source(sample.getKey(), sample.getValue(), imports));
                sources.add(file);
            }
            compiler.getTask(
                            null,
                            files,
                            complaints,
                            List.of("-d", folder.toString(), "-proc:none", "-classpath", classPath()),
                            null,
                            files.getJavaFileObjectsFromPaths(sources))
                    .call();
        }
        assertThat(complaints.getDiagnostics()).isEmpty();
    }

    private static boolean hasClasses(JavaFileManager files, String packageName) throws IOException {
        Set<JavaFileObject.Kind> classes = Set.of(JavaFileObject.Kind.CLASS);
        return packageName.startsWith("java.")
                || files.list(StandardLocation.CLASS_PATH, packageName, classes, false)
                        .iterator()
                        .hasNext();
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** {@return the standard output of the sample} */
    private String run(String sample, String input) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        folder + File.pathSeparator + classPath(),
                        SampleContext.class.getName(),
                        className(sample))
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var in = process.outputWriter()) {
            in.write(input);
        }
        assertThat(process.waitFor()).as("status of %s", sample).isZero();
        return Files.readString(output);
    }

    @Test
    void everySampleCompilesAndThoseThatCanRun() throws Exception {
        Map<String, String> samples = samples();
        assertThat(samples).containsKeys(RUN.keySet().toArray(String[]::new)).hasSizeGreaterThan(RUN.size());
        compile(samples);
        Map<String, Run> runs = new HashMap<>();
        for (Map.Entry<String, Run> sample : RUN.entrySet()) {
            String input = sample.getValue().input();
            runs.put(sample.getKey(), new Run(input, run(sample.getKey(), input)));
        }
        assertThat(runs).isEqualTo(RUN);
    }
}
