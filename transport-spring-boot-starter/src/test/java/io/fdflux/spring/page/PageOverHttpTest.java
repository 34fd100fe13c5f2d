package io.fdflux.spring.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.page.DemandPage;
import io.fdflux.spring.Log;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page over HTTP, asked by the JDK's client. */
class PageOverHttpTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static HttpResponse<String> get(int port, String path) throws Exception {
        return HTTP.send(request(port, path), BodyHandlers.ofString());
    }

    private static HttpRequest request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
    }

    /** An open stream of samples. */
    private static HttpResponse<InputStream> events(int port) throws Exception {
        return HTTP.send(request(port, "/fdflux/events"), BodyHandlers.ofInputStream());
    }

    private static JsonNode next(BufferedReader events) throws IOException {
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            if (line.startsWith("data:")) {
                return JsonMapper.shared().readTree(line.substring("data:".length()));
            }
        }
        throw new IOException("the stream has ended");
    }

    private static BufferedReader reader(InputStream stream) {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    @Test
    void thePageIsOnTheManagementPortAlone() throws Exception {
        try (Output output = new Output();
                PageApplication application = new PageApplication()) {
            assertThat(output.text())
                    .containsOnlyOnce("fdflux: the page is on the management port %d, at /fdflux"
                            .formatted(application.managementPort()));
            assertThat(get(application.port(), "/hello").body()).isEqualTo("hello");
            for (String path : new String[] {"/fdflux", "/fdflux/", "/fdflux/page.js", "/fdflux/events"}) {
                assertThat(get(application.port(), path).statusCode()).as(path).isEqualTo(404);
            }
            HttpResponse<String> moved = get(application.managementPort(), "/fdflux");
            assertThat(moved.statusCode()).isEqualTo(307);
            assertThat(moved.headers().firstValue("location")).contains("fdflux/");
            for (String path : new String[] {"/fdflux/", "/fdflux/page.js", "/fdflux/page.css", "/fdflux/draw.js"}) {
                HttpResponse<String> file = get(application.managementPort(), path);
                assertThat(file.statusCode()).as(path).isEqualTo(200);
                DemandPage.HEADERS.forEach((name, value) ->
                        assertThat(file.headers().firstValue(name)).as(name).contains(value));
                assertThat(file.headers().firstValue("content-type").orElseThrow())
                        .containsIgnoringCase("charset=utf-8");
            }
        }
    }

    @Test
    void withoutAManagementPortItIsOnTheApplicationsWithAWarning() throws Exception {
        try (Output output = new Output();
                PageApplication application =
                        new PageApplication("management.server.port=", "fdflux.page.path=/ops/demand")) {
            assertThat(output.text().lines())
                    .filteredOn(line -> line.contains("the page is on"))
                    .singleElement()
                    .asString()
                    .contains(
                            "WARN",
                            "the application's port " + application.port(),
                            "/ops/demand",
                            "management.server.port");
            assertThat(get(application.port(), "/ops/demand").headers().firstValue("location"))
                    .contains("demand/");
            assertThat(get(application.port(), "/ops/demand/").body()).contains("<title>fdflux");
        }
    }

    /** The events of a browser travel over the loops that they tell of. */
    @Test
    void aSampleTellsOfItsOwnConnection() throws Exception {
        try (PageApplication application = new PageApplication()) {
            HttpResponse<InputStream> response = events(application.managementPort());
            assertThat(response.headers().firstValue("content-type").orElseThrow())
                    .startsWith("text/event-stream");
            assertThat(response.headers().firstValue("x-accel-buffering")).contains("no");
            try (BufferedReader events = reader(response.body())) {
                JsonNode sample = next(events);
                assertThat(sample.get("loops").size()).isEqualTo(PageApplication.LOOPS);
                List<JsonNode> own = new ArrayList<>();
                sample.get("connections").forEach(row -> {
                    if (row.get("viewer").asBoolean()) {
                        own.add(row);
                    }
                });
                assertThat(own)
                        .singleElement()
                        .satisfies(row -> assertThat(row.get("local").asString())
                                .isEqualTo("127.0.0.1:" + application.managementPort()));
                assertThat(next(events).get("instance")).isEqualTo(sample.get("instance"));
            }
        }
    }

    @Test
    void browsersAreBounded() throws Exception {
        try (PageApplication application = new PageApplication()) {
            List<InputStream> open = new ArrayList<>();
            for (int i = 0; i < Viewers.MOST; i++) {
                open.add(events(application.managementPort()).body());
            }
            assertThat(get(application.managementPort(), "/fdflux/events").statusCode())
                    .isEqualTo(503);
            open.getFirst().close();
            await().until(() -> {
                HttpResponse<InputStream> response = events(application.managementPort());
                response.body().close();
                return response.statusCode() == 200;
            });
            for (InputStream each : open) {
                each.close();
            }
        }
    }

    /** A browser that looks on must not hold a shutdown up for as long as requests may take. */
    @Test
    void aGracefulShutdownEndsTheStreams() throws Exception {
        PageApplication application = new PageApplication();
        try (BufferedReader events = reader(events(application.managementPort()).body());
                Log log = Log.ofEverything()) {
            next(events);
            application.close();
            assertThat(log.lines()).contains("Graceful shutdown complete").noneMatch(line -> line.contains("aborted"));
            assertThat(log.warnings()).isEmpty();
            while (events.readLine() != null) {} // ends, and in order
        }
    }

    /** Actuator's endpoints come first, so that the page would be there in part. */
    @Test
    void whereAnEndpointHasThePathThePageIsNotServedAndOneLineSaysSo() throws Exception {
        String[] rootOfEndpoints = {
            "management.endpoints.web.base-path=/", "management.endpoints.web.exposure.include=fdflux"
        };
        try (Output output = new Output();
                PageApplication application = new PageApplication(rootOfEndpoints)) {
            assertThat(output.text())
                    .containsOnlyOnce("fdflux.page.enabled asks for the page, which is not served: an Actuator endpoint"
                            + " is at /fdflux. Choose another fdflux.page.path than /fdflux.")
                    .doesNotContain("the page is on");
            assertThat(get(application.managementPort(), "/fdflux").body()).contains("diagnosis");
            assertThat(get(application.managementPort(), "/fdflux/page.js").statusCode())
                    .isEqualTo(404);
            assertThat(get(application.managementPort(), "/fdflux/").statusCode())
                    .isEqualTo(404);
        }
        try (Output output = new Output();
                PageApplication application = new PageApplication(
                        rootOfEndpoints[0],
                        rootOfEndpoints[1],
                        "fdflux.page.path=/demand",
                        "management.server.base-path=/ops")) {
            assertThat(output.text())
                    .contains("the page is on", "at /ops/demand")
                    .doesNotContain("not served");
            assertThat(get(application.managementPort(), "/ops/demand/page.js").statusCode())
                    .isEqualTo(200);
            assertThat(get(application.managementPort(), "/ops/fdflux").body()).contains("diagnosis");
        }
    }

    /** The first sample in which the client's channel of a gateway is held back, and the sample's row of it. */
    private static JsonNode heldBack(BufferedReader events) throws IOException {
        return await().until(
                        () -> {
                            for (JsonNode row : next(events).get("connections")) {
                                if (row.get("kind").asString().equals("connected")
                                        && row.get("waits").asString().equals("DEMAND")) {
                                    return row;
                                }
                            }
                            return null;
                        },
                        row -> row != null && !row.get("links").isEmpty());
    }

    private static void assertLinked(JsonNode client, Socket slow, boolean sure) {
        assertThat(client.get("links").size()).isOne();
        JsonNode link = client.get("links").get(0);
        assertThat(link.get("remote").asString()).isEqualTo("127.0.0.1:" + slow.getLocalPort());
        assertThat(link.get("sure").asBoolean()).isEqualTo(sure);
    }

    @Test
    void aGatewaysConnectionsAreLinkedWhileSomebodyLooks() throws Exception {
        try (PageApplication application = new PageApplication();
                BufferedReader events =
                        reader(events(application.managementPort()).body())) {
            next(events);
            Socket slow = application.slowReaderThrough(application.upstream());
            Socket another = application.slowReader(); // which would make a guess impossible
            assertLinked(heldBack(events), slow, true);
            application.close(another);
        }
    }

    /** Nothing is noted then, and the page says that it infers. */
    @Test
    void theLinkOfARequestFromBeforeIsProbable() throws Exception {
        try (PageApplication application = new PageApplication()) {
            Socket slow = application.slowReaderThrough(application.upstream());
            try (BufferedReader events =
                    reader(events(application.managementPort()).body())) {
                assertLinked(heldBack(events), slow, false);
            }
        }
    }

    /** A browser that reads nothing gets no samples that it would see when it is too late. */
    @Test
    void aBrowserThatReadsNothingIsNotSentTo() throws Exception {
        try (PageApplication application = new PageApplication();
                Socket stalled = application.viewer(2048);
                BufferedReader events =
                        reader(events(application.managementPort()).body())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> notSent(next(events), stalled), bytes -> bytes > 0);
            long bytes = notSent(next(events), stalled);
            for (int i = 0; i < 3; i++) {
                assertThat(notSent(next(events), stalled)).isEqualTo(bytes);
            }
        }
    }

    /** Bytes that its peer's kernel has no room for. */
    private static long notSent(JsonNode sample, Socket client) {
        for (JsonNode row : sample.get("connections")) {
            if (row.path("remote").asString().equals("127.0.0.1:" + client.getLocalPort())) {
                assertThat(row.get("staged").asLong() + row.get("pending").asLong())
                        .isZero();
                return row.get("notSent").asLong();
            }
        }
        throw new AssertionError("no row of " + client);
    }
}
