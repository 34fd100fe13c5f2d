package io.fdflux.examples.webflux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.examples.webflux.UploadHandler.Receipt;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.BodyInserters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Tests the endpoints over fdflux. */
class WebFluxExampleTest {

    private static final long BYTES = 10_000_019;

    private static Example example;

    @BeforeAll
    static void start() {
        example = new Example();
    }

    @AfterAll
    static void stop() {
        example.close();
    }

    @Test
    void hello() {
        assertThat(example.get("/hello")).isEqualTo("Hello from fdflux\n");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 16_384, BYTES})
    void downloadHasTheReportedDigest(long bytes) {
        assertThat(digestOf("/download?bytes=" + bytes)).isEqualTo(digest(bytes));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 16_384, BYTES})
    void relayPassesTheDownloadOn(long bytes) {
        assertThat(digestOf("/relay?bytes=" + bytes)).isEqualTo(digest(bytes));
    }

    /** Regression: a write request was lost while sockets filled up and small and large flushes mixed. */
    @Test
    void aLongRelayDoesNotStall() {
        long bytes = 256L << 20;
        assertThat(digestOf("/relay?bytes=" + bytes)).isEqualTo(digest(bytes));
    }

    @Test
    void manyAtOnce() {
        long matches = Flux.range(0, 100)
                .flatMap(i -> digest(i % 2 == 0 ? "/download?bytes=100000" : "/relay?bytes=100000"), 100)
                .filter(digest(100_000)::equals)
                .count()
                .block(Example.PATIENCE);

        assertThat(matches).isEqualTo(100);
    }

    @Test
    void uploadIsReadAsFastAsItComes() {
        Receipt receipt = upload("/upload", BYTES);

        assertThat(receipt.bytes()).isEqualTo(BYTES);
        assertThat(receipt.sha256()).isEqualTo(digest(BYTES));
    }

    @Test
    void uploadIsReadAtTheRateAskedFor() {
        long before = System.nanoTime();
        Receipt receipt = upload("/upload?chunksPerSecond=100", 200_000);

        assertThat(receipt.sha256()).isEqualTo(digest(200_000));
        assertThat(System.nanoTime() - before)
                .as("one interval follows each chunk but the last")
                .isGreaterThanOrEqualTo((receipt.chunks() - 1) * 10_000_000);
    }

    @Test
    void anUploadWithoutABodyIsEmpty() {
        assertThat(upload("/upload", 0)).isEqualTo(new Receipt(0, 0, digest(0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/download",
                "/download?bytes=",
                "/download?bytes=-1",
                "/download?bytes=ten",
                "/sha256?bytes=1.5",
                "/relay",
                "/relay?bytes=-1",
                "/sha256",
                "/download?bytes=1099511627777"
            })
    void aBadQueryIsTheCallersMistake(String path) {
        ResponseEntity<String> response = example.client()
                .get()
                .uri(path)
                .exchangeToMono(answer -> answer.toEntity(String.class))
                .block(Example.PATIENCE);

        assertThat(response.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(response.getBody()).startsWith("'bytes' must be a whole number from 0 to 1099511627776, ");
    }

    @Test
    void aBadRateIsTheCallersMistake() {
        ResponseEntity<String> response = example.client()
                .post()
                .uri("/upload?chunksPerSecond=-1")
                .bodyValue("some body")
                .exchangeToMono(answer -> answer.toEntity(String.class))
                .block(Example.PATIENCE);

        assertThat(response.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
        assertThat(response.getBody()).startsWith("'chunksPerSecond' must be").contains("'-1'");
    }

    @Test
    void aPeerThatGoesAwayCancelsTheHandler() throws IOException {
        long cancelled = example.bean(SlowHandler.class).calls().cancelled();
        Socket socket = send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        await().until(() -> example.bean(SlowHandler.class).calls().started() > cancelled);
        socket.close();

        await().until(() -> example.bean(SlowHandler.class).calls().cancelled() == cancelled + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/download?bytes=1000000000", "/relay?bytes=1000000000"})
    void aPeerThatGoesAwayAmidAnAnswerHarmsNobody(String path) throws IOException {
        try (Socket socket = send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")) {
            InputStream in = socket.getInputStream();
            assertThat(in.readNBytes(100_000)).startsWith("HTTP/1.1 200 OK".getBytes(US_ASCII));
        }

        assertThat(example.get("/hello")).startsWith("Hello");
    }

    @Test
    void aPeerThatGoesAwayAmidAnUploadHarmsNobody() throws IOException {
        try (Socket socket =
                send("POST /upload?chunksPerSecond=5 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")) {
            socket.getOutputStream().write(new byte[100_000]);
        }

        assertThat(example.get("/hello")).startsWith("Hello");
    }

    @Test
    void statsAreAStreamOfEvents() {
        ServerSentEvent<Map<String, Object>> second = example.client()
                .get()
                .uri("/stats")
                .accept(MediaType.TEXT_EVENT_STREAM)
                .retrieve()
                .bodyToFlux(new ParameterizedTypeReference<ServerSentEvent<Map<String, Object>>>() {})
                .elementAt(1)
                .block(Example.PATIENCE);

        assertThat(second.id()).isEqualTo("1");
        assertThat(second.data())
                .containsKeys("total", "loops", "slow", "directMemory")
                .containsEntry("poller", example.bean(FdLoops.class).pollerName());
        assertThat(example.bean(FdLoops.class).total(Counter.BYTES_WRITTEN)).isPositive();
    }

    private static Socket send(String request) throws IOException {
        Socket socket = example.connect();
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        return socket;
    }

    private static String digest(long bytes) {
        return example.get("/sha256?bytes=" + bytes).strip();
    }

    private static String digestOf(String path) {
        return digest(path).block(Example.PATIENCE);
    }

    private static Mono<String> digest(String path) {
        return example.client()
                .get()
                .uri(path)
                .retrieve()
                .bodyToFlux(DataBuffer.class)
                .reduceWith(Sha256::new, (sha256, buffer) -> {
                    sha256.update(buffer);
                    DataBufferUtils.release(buffer);
                    return sha256;
                })
                .map(Sha256::hex);
    }

    private static Receipt upload(String path, long bytes) {
        Flux<DataBuffer> body = SeededBytes.stream(bytes, new NettyDataBufferFactory(ByteBufAllocator.DEFAULT));
        return example.client()
                .post()
                .uri(path)
                .body(BodyInserters.fromDataBuffers(body))
                .retrieve()
                .bodyToMono(Receipt.class)
                .block(Example.PATIENCE);
    }
}
