package io.fdflux.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Real versions of Vert.x whose transport interface is another, each in a JVM of its own. */
@DisabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "no poller is chosen here")
class OtherVersionsTest {

    @TempDir
    private Path folder;

    @Test
    void vertx50RunsOnItsOwnTransportAndOneLineSaysWhy() throws Exception {
        assertThat(run("vertx-5.0"))
                .containsOnlyOnce(
                        "fdflux: this version of Vert.x does not fit; 5.2 does. It stays on its own transport.")
                .contains("Answer: hello, native: false");
    }

    /** Vert.x 4 calls its providers by another method, which nothing that is compiled for 5 can have. */
    @Test
    void vertx4FailsWithALineThatSaysWhatToDo() throws Exception {
        assertThat(run("vertx-4.5"))
                .contains("fdflux: this version of Vert.x does not fit; 5.2 does. Leave fdflux-transport-vertx out")
                .doesNotContain("AbstractMethodError", "Answer");
    }

    private String run(String version) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath(version),
                        Application.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output);
    }

    /** {@return the class path of the tests with another version, which the build has copied} */
    private static String classPath(String version) throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target", version))) {
            return Stream.concat(
                            jars.map(Path::toString),
                            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                    .filter(entry -> !Path.of(entry)
                                            .getFileName()
                                            .toString()
                                            .startsWith("vertx-core")))
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    /** Runs in the other JVM: a server of Vert.x, and a client of the JDK. */
    static final class Application {

        private Application() {}

        public static void main(String[] args) throws Exception {
            Vertx vertx = Vertx.vertx();
            var server = vertx.createHttpServer()
                    .requestHandler(request -> request.response().end("hello"))
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();
            try (var in = URI.create("http://127.0.0.1:" + server.actualPort() + "/")
                    .toURL()
                    .openStream()) {
                System.out.printf(
                        "Answer: %s, native: %b%n",
                        new String(in.readAllBytes(), StandardCharsets.US_ASCII), vertx.isNativeTransportEnabled());
            }
            System.exit(0);
        }
    }
}
