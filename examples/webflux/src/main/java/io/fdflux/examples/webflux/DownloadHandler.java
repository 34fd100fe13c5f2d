package io.fdflux.examples.webflux;

import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** {@code /download?bytes=N}: N bytes, as fast as the peer reads; {@code /sha256?bytes=N}: their digest. */
@Component
class DownloadHandler {

    Mono<ServerResponse> download(ServerRequest request) {
        long bytes = Query.bytes(request);
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .contentLength(bytes)
                .body(BodyInserters.fromDataBuffers(SeededBytes.stream(
                        bytes, request.exchange().getResponse().bufferFactory())));
    }

    Mono<ServerResponse> sha256(ServerRequest request) {
        long bytes = Query.bytes(request);
        // A large N takes seconds, so not on an event loop.
        Mono<String> digest = Mono.fromCallable(() -> digest(bytes) + "\n").subscribeOn(Schedulers.boundedElastic());
        return ServerResponse.ok().contentType(MediaType.TEXT_PLAIN).body(digest, String.class);
    }

    static String digest(long bytes) {
        SeededBytes source = SeededBytes.first(bytes);
        Sha256 sha256 = new Sha256();
        ByteBuffer chunk = ByteBuffer.allocate(SeededBytes.CHUNK);
        while (source.nextLength() > 0) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("the request was cancelled");
            }
            source.fill(chunk.clear().limit(source.nextLength()));
            sha256.update(chunk.flip());
        }
        return sha256.hex();
    }
}
