package io.fdflux.examples.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Fork;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tests {@link GracefulShutdown} in a JVM of its own, which gets a real TERM. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class GracefulShutdownTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ENDED_BY_TERM = 128 + 15;

    private final HttpClient http = HttpClient.newHttpClient();

    private static int port(Fork server) {
        String line = server.line();
        Matcher serving = Pattern.compile("serving http://localhost:(\\d+), stop it by: kill " + server.pid())
                .matcher(line);
        assertThat(serving.matches()).as(line).isTrue();
        return Integer.parseInt(serving.group(1));
    }

    private CompletableFuture<HttpResponse<String>> get(int port, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void terminate(Fork server) {
        ProcessHandle.of(server.pid()).orElseThrow().destroy();
    }

    @Test
    void aRequestThatRunsIsAnsweredAndNoOtherIsAccepted() throws Exception {
        try (Fork server = new Fork(GracefulShutdown.class, 1024, 0)) {
            int port = port(server);
            var answer = get(port, "/slow");
            assertThat(server.line()).isEqualTo("a slow request has begun");
            terminate(server);
            assertThat(server.line()).isEqualTo("TERM: answering the requests that run");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(
                                    () -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                            .isInstanceOf(ConnectException.class));
            assertThat(answer.get().statusCode()).isEqualTo(200);
            assertThat(answer.get().body()).isEqualTo("at last\n");
            assertThat(server.exitCode()).isEqualTo(ENDED_BY_TERM);
        }
    }

    @Test
    void anIdleConnectionHoldsNothingUp() throws Exception {
        try (Fork server = new Fork(GracefulShutdown.class, 1024, 0)) {
            assertThat(get(port(server), "/").get().body()).isEqualTo("hello\n");
            terminate(server);
            assertThat(server.exitCode()).isEqualTo(ENDED_BY_TERM);
        }
    }

    @Test
    void aPortThatIsTakenIsAnErrorOfTheUser() throws Exception {
        try (Fork server = new Fork(GracefulShutdown.class, 1024, 0);
                Fork second = new Fork(GracefulShutdown.class, 1024, port(server))) {
            assertThat(second.exitCode()).isEqualTo(1);
        }
    }
}
