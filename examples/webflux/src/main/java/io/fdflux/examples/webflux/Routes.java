package io.fdflux.examples.webflux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** The endpoints of the application. */
@Configuration(proxyBeanMethods = false)
class Routes {

    @Bean
    RouterFunction<ServerResponse> router(
            DownloadHandler download, UploadHandler upload, RelayHandler relay, SlowHandler slow, StatsHandler stats) {
        return RouterFunctions.route()
                .GET(
                        "/hello",
                        request -> ServerResponse.ok()
                                .contentType(MediaType.TEXT_PLAIN)
                                .bodyValue("Hello from fdflux\n"))
                .GET("/download", download::download)
                .GET("/sha256", download::sha256)
                .POST("/upload", upload::upload)
                .GET("/relay", relay::relay)
                .GET("/slow", slow::slow)
                .GET("/stats", stats::stats)
                .filter((request, handler) -> Mono.defer(
                                () -> handler.handle(request)) // also catches exceptions of the handler itself
                        .onErrorResume(BadQueryException.class, Routes::badRequest))
                .build();
    }

    private static Mono<ServerResponse> badRequest(BadQueryException error) {
        return ServerResponse.badRequest().contentType(MediaType.TEXT_PLAIN).bodyValue(error.getMessage() + "\n");
    }
}
