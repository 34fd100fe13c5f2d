package io.fdflux.examples.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.reactor.netty.FdLoopResources;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.DisposableServer;

/** Tests {@link LogEvents} by the JDK's HTTP client, which reads only what its user reads. */
@Timeout(120)
class LogEventsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MARKER = "marker";

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final FdLoopResources loops =
            FdLoopResources.builder("log-events").loops(1).build();
    private Path log;
    private DisposableServer server;

    @BeforeEach
    void serve() throws IOException {
        log = Files.createFile(folder.resolve("app.log"));
        server = LogEvents.serve(loops, log, 0);
    }

    @AfterEach
    void stop() {
        server.disposeNow();
        http.close();
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(10)).block();
    }

    private <T> HttpResponse<T> get(String path, HttpResponse.BodyHandler<T> handler) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        return http.send(
                HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).build(), handler);
    }

    /** The events of one client. */
    private final class Events implements AutoCloseable {

        private final BufferedReader body;

        Events() throws Exception {
            var response = get("/events", HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
            body = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            // The answer begins before the end of the log is known, so the log grows until the first event comes.
            var first = CompletableFuture.supplyAsync(this::next);
            while (!first.isDone()) {
                append(Stream.of(MARKER));
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(first.get()).isEqualTo(MARKER);
        }

        private String next() {
            try {
                List<String> fields = new ArrayList<>();
                for (String line = body.readLine(); !line.isEmpty(); line = body.readLine()) {
                    assertThat(line).startsWith("data: ");
                    fields.add(line.substring("data: ".length()));
                }
                return String.join("\n", fields);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /** The events up to and including the last one, without markers. */
        List<String> until(String last) {
            List<String> events = new ArrayList<>();
            String event;
            do {
                event = next();
                if (!event.equals(MARKER)) {
                    events.add(event);
                }
            } while (!event.equals(last));
            return events;
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    private void append(Stream<String> lines) throws IOException {
        Files.write(log, (Iterable<String>) lines::iterator, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<String> lines(int from, int to, int length) {
        return IntStream.range(from, to)
                .mapToObj(number -> number + " " + "x".repeat(length))
                .toList();
    }

    @Test
    void thePageShowsTheEvents() throws Exception {
        var page = get("/", HttpResponse.BodyHandlers.ofString());
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html");
        assertThat(page.body()).contains("EventSource(\"/events\")");
    }

    @Test
    void aLineIsAnEventAlsoWithACarriageReturnInIt() throws Exception {
        try (Events events = new Events()) {
            append(Stream.of("10 %\r100 %", "", "end"));
            assertThat(events.until("end")).containsExactly("10 %\n100 %", "", "end");
        }
    }

    /** Ten megabytes are more than the buffers of the sockets hold. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aClientThatStopsReadingGetsEachLineOnceAcrossRotations() throws Exception {
        int perFile = 1000;
        int files = 10;
        List<String> all = lines(0, files * perFile, 1000);
        try (Events slow = new Events();
                Events fast = new Events()) {
            List<String> received = new ArrayList<>();
            for (int file = 0; file < files; file++) {
                List<String> lines = all.subList(file * perFile, (file + 1) * perFile);
                append(lines.stream());
                Files.move(log, folder.resolve("app.log." + file));
                received.addAll(fast.until(lines.getLast()));
                append(Stream.of(MARKER));
                await("both tails have the new file").atMost(PATIENCE).until(() -> opened() == 2);
            }
            assertThat(received).isEqualTo(all);
            assertThat(slow.until(all.getLast())).isEqualTo(all);
        }
    }

    /** The server reads ahead what sockets and HTTP hold. The rest is still in the file, so its truncation loses it. */
    @Test
    void whatASlowClientHasNotTakenStaysInTheFile() throws Exception {
        int count = 16_384;
        List<String> all = lines(0, count, 4096);
        try (Events slow = new Events();
                Events fast = new Events()) {
            append(all.stream());
            assertThat(fast.until(all.getLast())).isEqualTo(all);
            Files.write(log, List.of("end"), StandardOpenOption.TRUNCATE_EXISTING);
            List<String> received = slow.until("end");
            int readAhead = received.size() - 2; // without a torn line and the end
            assertThat(received.subList(0, readAhead)).isEqualTo(all.subList(0, readAhead));
            assertThat(readAhead).isBetween(1, count / 2);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aClientThatGoesAwayEndsItsTail() throws Exception {
        Events events = new Events();
        assertThat(opened()).isEqualTo(1);
        events.close();
        await().atMost(PATIENCE).until(() -> opened() == 0);
    }

    private long opened() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(this::isLog).count();
        }
    }

    private boolean isLog(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).equals(log);
        } catch (IOException e) {
            return false; // it has just been closed
        }
    }
}
