package io.fdflux.spring.page;

import io.fdflux.page.DemandPage;
import io.fdflux.page.PageFile;
import io.netty.channel.Channel;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Serves the page by WebFlux: its files, and its samples as server-sent events. It is no {@code RouterFunction} itself,
 * because one of the main context would be served on the management port and on the application's.
 */
final class PageRoutes implements ApplicationListener<ContextClosedEvent> {

    private final DemandPage page;
    private final String path;
    private final boolean served;
    private final Viewers viewers;
    private final Sinks.Empty<Void> closing = Sinks.empty();

    /**
     * Prepares the routes.
     *
     * @param viewers counts those of the page
     * @param served  false if something else has the path: there are no routes then
     */
    PageRoutes(DemandPage page, String path, Viewers viewers, boolean served) {
        this.page = page;
        this.path = path;
        this.viewers = viewers;
        this.served = served;
    }

    /** Ends the streams, for which a graceful shutdown would wait in vain. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        closing.tryEmitEmpty();
    }

    String path() {
        return path;
    }

    boolean isServed() {
        return served;
    }

    RouterFunction<ServerResponse> routes() {
        if (!served) {
            return request -> Mono.empty();
        }
        // Relative, so that it holds behind a proxy that adds a prefix.
        URI slash = URI.create(path.substring(path.lastIndexOf('/') + 1) + "/");
        RouterFunctions.Builder routes = RouterFunctions.route()
                .GET(path, request -> ServerResponse.temporaryRedirect(slash).build())
                .GET(path + "/" + DemandPage.EVENTS, this::events);
        for (PageFile file : page.files()) {
            routes.GET(path + "/" + file.name(), request -> file(file));
        }
        return routes.build();
    }

    private static Mono<ServerResponse> file(PageFile file) {
        return ServerResponse.ok()
                .headers(PageRoutes::secure)
                .contentType(MediaType.parseMediaType(file.contentType()))
                .bodyValue(file.text());
    }

    private static void secure(HttpHeaders headers) {
        DemandPage.HEADERS.forEach(headers::set);
    }

    private Mono<ServerResponse> events(ServerRequest request) {
        if (viewers.areMost()) {
            return ServerResponse.status(HttpStatus.SERVICE_UNAVAILABLE)
                    .headers(PageRoutes::secure)
                    .contentType(MediaType.TEXT_PLAIN)
                    .bodyValue(Viewers.MOST + " browsers look at this page already.\n");
        }
        Flux<String> samples = page.samples(connection(request.exchange().getRequest()))
                .takeUntilOther(closing.asMono())
                .doFirst(viewers::come)
                .doFinally(signal -> viewers.go());
        return ServerResponse.ok()
                .headers(PageRoutes::secure)
                .header("X-Accel-Buffering", "no") // nginx would hold the events back
                .body(BodyInserters.fromServerSentEvents(
                        samples.map(json -> ServerSentEvent.builder(json).build())));
    }

    /** The connection's channel; null on a server that is not Reactor Netty's. */
    private static Channel connection(ServerHttpRequest request) {
        ServerHttpRequest inner = request;
        while (inner instanceof ServerHttpRequestDecorator decorator) {
            inner = decorator.getDelegate();
        }
        AtomicReference<Channel> channel = new AtomicReference<>();
        if (inner instanceof AbstractServerHttpRequest known
                && known.getNativeRequest() instanceof HttpServerRequest netty) {
            netty.withConnection(connection -> channel.set(connection.channel()));
        }
        return channel.get();
    }
}
