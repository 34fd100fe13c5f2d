package io.fdflux.examples.webflux;

import java.net.InetSocketAddress;
import java.net.URI;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientException;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code /relay?bytes=N}: fetches {@code /download} with WebClient and passes the body on, buffer by buffer and without
 * a copy. A slow peer slows the fetch, and a lost peer ends it.
 */
@Component
class RelayHandler {

    private final WebClient client;

    RelayHandler(WebClient.Builder client) {
        this.client = client.build();
    }

    Mono<ServerResponse> relay(ServerRequest request) {
        long bytes = Query.bytes(request);
        Flux<DataBuffer> body = client.get()
                .uri(download(request, bytes))
                .retrieve()
                .bodyToFlux(DataBuffer.class)
                .onErrorMap(
                        WebClientException.class,
                        error -> new ResponseStatusException(HttpStatus.BAD_GATEWAY, "/download failed", error));
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .contentLength(bytes)
                .body(BodyInserters.fromDataBuffers(body));
    }

    /** {@return this server's URI, by the address of the connection} The Host header is untrusted. */
    private static URI download(ServerRequest request, long bytes) {
        InetSocketAddress self = request.exchange().getRequest().getLocalAddress();
        String address = self.getAddress().getHostAddress();
        return UriComponentsBuilder.newInstance()
                .scheme("http")
                .host(address.contains(":") ? "[" + address + "]" : address)
                .port(self.getPort())
                .path("/download")
                .queryParam("bytes", bytes)
                .build()
                .toUri();
    }
}
