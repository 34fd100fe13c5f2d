package io.fdflux.testsuite.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications as named modules: what they need beside them, and what they cannot name. */
class ModulePathTest {

    private static final Path APPLICATIONS = House.root().resolve("testsuite-architecture/src/applications");

    /** Without Netty's channels of Unix-domain sockets, and without Reactor Netty. */
    private static final List<String> FOR_FLUX = List.of(
            "transport-(posix|spi|engine|epoll|kqueue|core)",
            "netty-(common|buffer|resolver|transport)",
            "reactor-core",
            "reactive-streams");

    private static final List<String> FOR_CHANNELS =
            with(FOR_FLUX, "transport-netty", "netty-transport-native-unix-common");

    private static final List<String> FOR_HTTP = with(
            FOR_CHANNELS,
            "transport-reactor-netty",
            "reactor-netty-(core|http)",
            "netty-(handler|handler-proxy|resolver-dns)",
            "netty-codec-(base|compression|dns|http|http2|socks)");

    @TempDir
    Path classes;

    @Test
    void nettyApplicationNeedsNoReactorNetty() throws Exception {
        assertThat(FOR_CHANNELS).noneMatch(jar -> jar.contains("reactor-netty"));
        assertThat(compile("channels", FOR_CHANNELS)).isEmpty();
        assertThat(run("application.channels/application.channels.Echo", FOR_CHANNELS))
                .isEqualTo("echo");
    }

    @Test
    void fluxApplicationNeedsNoChannels() throws Exception {
        assertThat(compile("flux", FOR_FLUX)).isEmpty();
        assertThat(run("application.flux/application.flux.Pipe", FOR_FLUX)).isEqualTo("echo");
    }

    @Test
    void reactorNettyApplicationNeedsAllModulesOfItsPath() throws Exception {
        assertThat(compile("http", FOR_HTTP)).isEmpty();
        assertThat(run("application.http/application.http.Http", FOR_HTTP, "--add-modules", "ALL-MODULE-PATH"))
                .isEqualTo("echo");
    }

    @Test
    void applicationsCannotNameTypesOfPackagesThatAreNotExported() throws Exception {
        Set<String> exported = House.MODULES.stream()
                .flatMap(module -> module.exported().stream())
                .collect(Collectors.toSet());
        Map<String, String> types = new TreeMap<>();
        House.CLASSES.stream()
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> !exported.contains(type.getPackageName()))
                .forEach(type -> types.putIfAbsent(type.getPackageName(), type.getName()));
        assertThat(types).containsKeys("io.fdflux.engine", "io.fdflux.posix.io");

        Path sources = classes.resolve("sources");
        Files.createDirectories(sources);
        Files.writeString(
                sources.resolve("module-info.java"),
                House.descriptors()
                        .map(module -> "requires " + module.name() + ";")
                        .collect(Collectors.joining("\n", "module application.curious {", "}")));
        Files.writeString(
                sources.resolve("Curious.java"),
                types.values().stream()
                        .map(type -> "import " + type + ";\n")
                        .collect(Collectors.joining("", "package application;\n", "class Curious {}")));
        Set<String> refused = compile(sources, List.of(".*")).stream()
                .filter(message -> message.contains("is not visible"))
                .map(message -> message.replaceAll("(?s).*package (io\\.fdflux[a-z.]*) is not visible.*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(refused).isEqualTo(types.keySet());
    }

    private List<String> compile(String application, List<String> jars) throws IOException {
        return compile(APPLICATIONS.resolve(application), jars);
    }

    /** The compiler's messages. */
    private List<String> compile(Path sources, List<String> jars) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> messages = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(messages, Locale.ROOT, null);
                Stream<Path> all = Files.walk(sources)) {
            List<Path> units =
                    all.filter(file -> file.toString().endsWith(".java")).toList();
            List<String> options = List.of(
                    "-d",
                    classes.resolve("application").toString(),
                    "--module-path",
                    modulePath(jars),
                    "-proc:none",
                    "-Xlint:all,-requires-automatic");
            compiler.getTask(
                            new StringWriter(),
                            files,
                            messages,
                            options,
                            null,
                            files.getJavaFileObjectsFromPaths(units))
                    .call();
        }
        return messages.getDiagnostics().stream()
                .map(message -> message.getMessage(Locale.ROOT))
                .toList();
    }

    /** What the application prints, errors too. */
    private String run(String main, List<String> jars, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--module-path",
                classes.resolve("application") + File.pathSeparator + modulePath(jars),
                "--enable-native-access=io.fdflux.posix",
                "--illegal-native-access=deny",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m"));
        command.addAll(List.of(options));
        command.addAll(List.of("--module", main));
        Path output = classes.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return Files.readString(output).strip();
    }

    private static String modulePath(List<String> jars) {
        Pattern wanted = Pattern.compile(".*[/\\\\](fdflux-)?(" + String.join("|", jars)
                + ")([/\\\\]target[/\\\\]classes|-\\d[\\d.]*(-SNAPSHOT|\\.Final)?\\.jar)");
        return House.classPath()
                .filter(path -> wanted.matcher(path).matches())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> with(List<String> jars, String... more) {
        return Stream.concat(jars.stream(), Stream.of(more)).toList();
    }
}
