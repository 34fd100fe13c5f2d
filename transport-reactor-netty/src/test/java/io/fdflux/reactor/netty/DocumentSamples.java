package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
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

/**
 * The Java samples of README.md, CONTRIBUTING.md and docs. They are compiled as printed: those that begin with an
 * import as whole programs, the others as the code of one method.
 */
public final class DocumentSamples {

    /** A sample marked {@code java awaits some.Class} is skipped until the class path has that class. */
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java(?: +awaits +(\\S+))? *\n(.*?)^```");

    private static final Path ROOT = Path.of("..");

    private final Path folder;
    private final Class<? extends SampleContext> context;
    private final List<String> imports;
    private final Set<String> programs = new HashSet<>();

    /**
     * Samples that are compiled alike.
     *
     * @param folder  gets sources and classes
     * @param context has the names that the documents explain
     * @param imports of all samples; a package that the class path lacks is left out
     */
    public DocumentSamples(Path folder, Class<? extends SampleContext> context, List<String> imports) {
        this.folder = folder;
        this.context = context;
        this.imports = imports;
    }

    /** {@return those whose classes are there, by document and index} */
    public static Map<String, String> all() throws IOException {
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
            Class.forName(className, false, DocumentSamples.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static String className(String sample) {
        return "Sample_" + sample.replaceAll("\\W", "_");
    }

    private static boolean isProgram(String text) {
        return text.startsWith("import ");
    }

    private String source(String sample, String text, List<String> there) {
        if (isProgram(text)) {
            return text;
        }
        StringBuilder source = new StringBuilder();
        there.forEach(name -> source.append("import ").append(name).append(";\n"));
        return source.append("public class ")
                .append(className(sample))
                .append(" extends ")
                .append(context.getCanonicalName())
                .append(" {\n")
                .append("    @Override public void run() throws Exception {\n")
                .append(text)
                .append("\n    }\n}\n")
                .toString();
    }

    /** Compiles samples, and fails with the compiler's errors. */
    public void compile(Map<String, String> samples) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> complaints = new DiagnosticCollector<>();
        List<Path> sources = new ArrayList<>();
        try (var files = compiler.getStandardFileManager(complaints, null, StandardCharsets.UTF_8)) {
            List<String> there = new ArrayList<>();
            for (String name : imports) {
                if (!name.endsWith(".*") || hasClasses(files, name.substring(0, name.length() - 2))) {
                    there.add(name);
                }
            }
            for (Map.Entry<String, String> sample : samples.entrySet()) {
                Path file = folder.resolve(className(sample.getKey()) + ".java");
                Files.writeString(file, source(sample.getKey(), sample.getValue(), there));
                sources.add(file);
                if (isProgram(sample.getValue())) {
                    programs.add(sample.getKey());
                }
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

    /** {@return the standard output of a compiled sample in a JVM of its own} */
    String run(String sample, String input) throws Exception {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                folder + File.pathSeparator + classPath()));
        if (!programs.contains(sample)) {
            command.add(SampleContext.class.getName());
        }
        command.add(className(sample));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var in = process.outputWriter()) {
            in.write(input);
        }
        assertThat(process.waitFor()).as("status of %s", sample).isZero();
        return Files.readString(output);
    }
}
