package io.fdflux.spring.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.page.DemandPage;
import io.fdflux.spring.Clients;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page behind Spring Security, TLS and HTTP/2. The client is the JDK's. */
class PageBehindSecurityTest {

    private HttpClient http;
    private PageApplication application;

    @BeforeEach
    void start() throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .addSanIpAddress("127.0.0.1")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {certificate.toTrustManager()}, null);
        http = HttpClient.newBuilder().sslContext(trusting).build();
        application = new PageApplication(Stream.concat(
                        Stream.of(Clients.SECURITY_ALONE),
                        Stream.of(
                                "spring.security.user.name=somebody",
                                "spring.security.user.password=secret",
                                "server.http2.enabled=true",
                                "management.server.ssl.certificate=" + certificate.toTempCertChainPem(),
                                "management.server.ssl.certificate-private-key=" + certificate.toTempPrivateKeyPem()))
                .toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        http.shutdownNow();
        application.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("https://127.0.0.1:" + application.managementPort() + "/fdflux" + path));
    }

    private HttpRequest authorized(String path) {
        String user = Base64.getEncoder().encodeToString("somebody:secret".getBytes(StandardCharsets.US_ASCII));
        return request(path).header("Authorization", "Basic " + user).build();
    }

    @Test
    void whoIsNotSignedInGetsNothing() throws Exception {
        for (String path : new String[] {"", "/", "/page.js", "/events"}) {
            HttpResponse<String> response = http.send(request(path).build(), BodyHandlers.ofString());
            assertThat(response.statusCode()).as(path).isEqualTo(401);
            assertThat(response.body()).isEmpty();
        }
    }

    @Test
    void thePageKeepsItsOwnHeaders() throws Exception {
        HttpResponse<String> page = http.send(authorized("/"), BodyHandlers.ofString());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.version()).isEqualTo(Version.HTTP_2);
        DemandPage.HEADERS.forEach((name, value) ->
                assertThat(page.headers().allValues(name)).as(name).containsExactly(value));
    }

    /** Whose samples follow its speed. Security's filters wrap the request, and an HTTP/2 stream is no socket. */
    @Test
    void theBrowsersConnectionIsFoundBehindAllThat() throws Exception {
        HttpResponse<InputStream> response = http.send(authorized("/events"), BodyHandlers.ofInputStream());
        assertThat(response.version()).isEqualTo(Version.HTTP_2);
        try (BufferedReader events =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            JsonNode sample = JsonMapper.shared().readTree(events.readLine().substring("data:".length()));
            assertThat(StreamSupport.stream(sample.get("connections").spliterator(), false)
                            .filter(row -> row.get("viewer").asBoolean())
                            .map(row -> row.get("local").asString()))
                    .containsExactly("127.0.0.1:" + application.managementPort());
        }
    }
}
