package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Compiles every Java sample of README.md, CONTRIBUTING.md and docs as printed, and runs the self-contained ones. */
@DisabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "once is enough")
class DocumentSamplesTest {

    /** The standard input of a sample, and its expected standard output. */
    private record Run(String input, String output) {}

    private static final Run SILENT = new Run("", "");

    /** The samples to run, by document and index. */
    private static final Map<String, Run> RUN = Map.ofEntries(
            Map.entry("README.md 1", SILENT),
            Map.entry("README.md 2", new Run("hello", "hello")),
            Map.entry("README.md 3", SILENT),
            Map.entry("docs/descriptors.md 1", new Run("", "hello")),
            Map.entry("docs/descriptors.md 3", new Run("", "TerminalSize[columns=132, rows=43]")),
            Map.entry("docs/diagnosis.md 1", SILENT),
            Map.entry("docs/fdflux.md 1", new Run("", "13 bytes")),
            Map.entry("docs/fdflux.md 2", new Run("hello", "hello")),
            Map.entry("docs/fdflux.md 3", new Run("", "hello")),
            Map.entry("docs/fdflux.md 10", SILENT),
            Map.entry("docs/netty-without-reactor.md 1", new Run("", "hello")),
            Map.entry("docs/netty-without-reactor.md 2", SILENT),
            Map.entry("docs/processes.md 4", SILENT),
            Map.entry("docs/quick-start.md 1", new Run("", "hello")),
            Map.entry("docs/quick-start.md 3", new Run("hello", "hello")),
            Map.entry("docs/signals.md 3", SILENT),
            Map.entry("docs/tests-without-a-kernel.md 1", SILENT),
            Map.entry("docs/tests-without-a-kernel.md 2", SILENT),
            Map.entry("docs/timers.md 4", SILENT));

    private static final List<String> IMPORTS = List.of(
            "io.fdflux.*",
            "io.fdflux.micrometer.*",
            "io.fdflux.netty.*",
            "io.fdflux.poller.*",
            "io.fdflux.posix.*",
            "io.fdflux.reactor.netty.*",
            "io.fdflux.spi.*",
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
            "java.time.*",
            "java.util.*",
            "reactor.core.publisher.*",
            "reactor.core.scheduler.*",
            "reactor.netty.*",
            "reactor.netty.http.client.*",
            "reactor.netty.http.server.*",
            "reactor.netty.resources.*",
            "reactor.test.*");

    @TempDir
    Path folder;

    @Test
    void everySampleCompilesAndThoseThatCanRun() throws Exception {
        DocumentSamples documents = new DocumentSamples(folder, SampleContext.class, IMPORTS);
        Map<String, String> samples = DocumentSamples.all();
        assertThat(samples).containsKeys(RUN.keySet().toArray(String[]::new)).hasSizeGreaterThan(RUN.size());
        documents.compile(samples);
        Map<String, Run> runs = new HashMap<>();
        for (Map.Entry<String, Run> sample : RUN.entrySet()) {
            String input = sample.getValue().input();
            runs.put(sample.getKey(), new Run(input, documents.run(sample.getKey(), input)));
        }
        assertThat(runs).isEqualTo(RUN);
    }
}
