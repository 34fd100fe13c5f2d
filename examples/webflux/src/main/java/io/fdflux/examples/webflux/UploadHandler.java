package io.fdflux.examples.webflux;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code POST /upload?chunksPerSecond=N}: reads the body chunk by chunk and answers with a receipt. */
@Component
class UploadHandler {

    /**
     * Describes the uploaded body.
     *
     * @param bytes  its length
     * @param chunks the number of its buffers, one request each
     * @param sha256 its digest in hex
     */
    record Receipt(long bytes, long chunks, String sha256) {}

    Mono<ServerResponse> upload(ServerRequest request) {
        long chunksPerSecond = Query.chunksPerSecond(request);
        // The server's own body, because operators in between might prefetch.
        Flux<DataBuffer> body = request.exchange().getRequest().getBody();
        return receipt(body, chunksPerSecond)
                .flatMap(it -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(it));
    }

    /** Reads a body; cancelling the receipt cancels the body. */
    static Mono<Receipt> receipt(Flux<DataBuffer> body, long chunksPerSecond) {
        return Mono.create(sink -> {
            ChunkByChunk subscriber = new ChunkByChunk(sink, chunksPerSecond);
            sink.onDispose(subscriber);
            body.subscribe(subscriber);
        });
    }
}
