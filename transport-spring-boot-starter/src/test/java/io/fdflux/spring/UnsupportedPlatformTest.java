package io.fdflux.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * A platform without a poller. The platform is determined once per JVM, so the test starts a JVM that pretends to run
 * on Windows.
 */
class UnsupportedPlatformTest {

    @TempDir
    private Path folder;

    @Test
    void oneLineInTheLogAndReactorNettysDefault() throws Exception {
        assertThat(run())
                .contains("Beans: 0, running: true")
                .containsOnlyOnce("fdflux does not run on Windows 11")
                .contains("epoll: ")
                .contains("Reactor Netty's default transport is used.");
    }

    @Test
    void aPollerAskedForByNameFailsTheStart() throws Exception {
        assertThat(run("fdflux.poller=epoll")).contains("Failure: ", "epoll").doesNotContain("Beans: ");
    }

    @Test
    void disabledSaysNothing() throws Exception {
        assertThat(run("fdflux.enabled=false"))
                .contains("Beans: 0, running: true")
                .doesNotContain("fdflux");
    }

    private String run(String... settings) throws Exception {
        Path output = folder.resolve("output");
        String[] command = {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Dos.name=Windows 11",
            // Logback would tell that the class path of the tests has several configurations, in paths with our name.
            "-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener",
            "-cp",
            System.getProperty("java.class.path"),
            OnWindows.class.getName(),
            String.join(",", settings)
        };
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    /** Runs in the other JVM. */
    static final class OnWindows {

        private OnWindows() {}

        public static void main(String[] args) {
            new ApplicationContextRunner()
                    .withPropertyValues("spring.reactor.netty.shutdown-quiet-period=0s")
                    .withPropertyValues(args[0].split(","))
                    .withConfiguration(AutoConfigurations.of(
                            FdFluxAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class))
                    .run(context -> {
                        if (context.getStartupFailure() != null) {
                            System.out.println("Failure: "
                                    + new PollerUnavailableFailureAnalyzer()
                                            .analyze(context.getStartupFailure())
                                            .getDescription());
                            return;
                        }
                        System.out.printf(
                                "Beans: %d, running: %b%n",
                                context.getBeanNamesForType(FdLoops.class).length,
                                context.getBean(ReactorResourceFactory.class).isRunning());
                    });
            System.exit(0);
        }
    }
}
