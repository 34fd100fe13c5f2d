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
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Every Java sample of README.md and docs compiles as printed; those that need nothing but themselves run. */
@DisabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "once is enough")
class DocumentSamplesTest {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java *\n(.*?)^```");

    /** Those that are run, by document and place in it: what each reads from standard input, and writes to standard output. */
    private static final Map<String, String> RUN =
            Map.of("README.md 1", "", "README.md 2", "hello", "README.md 3", "", "docs/diagnosis.md 1", "");

    private static final List<String> IMPORTS = List.of(
            "io.fdflux.*",
            "io.fdflux.netty.*",
            "io.fdflux.posix.*",
            "io.fdflux.reactor.netty.*",
            "io.fdflux.test.*",
            "io.netty.bootstrap.*",
            "io.netty.buffer.*",
            "io.netty.channel.*",
            "io.netty.util.concurrent.Future",
            "java.util.*",
            "reactor.core.publisher.*",
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
        List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        for (Path document : documents) {
            Matcher block = BLOCK.matcher(Files.readString(document));
            for (int i = 1; block.find(); i++) {
                samples.put(ROOT.relativize(document) + " " + i, block.group(1));
            }
        }
        return samples;
    }

    private static String className(String sample) {
        return "Sample_" + sample.replaceAll("\\W", "_");
    }

    private static String source(String sample, String text) {
        StringBuilder source = new StringBuilder();
        IMPORTS.forEach(name -> source.append("import ").append(name).append(";\n"));
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
        for (Map.Entry<String, String> sample : samples.entrySet()) {
            Path file = folder.resolve(className(sample.getKey()) + ".java");
            Files.writeString(file, source(sample.getKey(), sample.getValue()));
            sources.add(file);
        }
        try (var files = compiler.getStandardFileManager(complaints, null, StandardCharsets.UTF_8)) {
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

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** What the sample writes to standard output. */
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
        Map<String, String> outputs = new HashMap<>();
        for (Map.Entry<String, String> sample : RUN.entrySet()) {
            outputs.put(sample.getKey(), run(sample.getKey(), sample.getValue()));
        }
        assertThat(outputs).isEqualTo(RUN);
    }
}
