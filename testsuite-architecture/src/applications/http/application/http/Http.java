package application.http;

import io.fdflux.reactor.netty.FdLoopResources;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/** Serves a text over HTTP, and asks for it. */
public final class Http {

    private Http() {}

    public static void main(String[] arguments) {
        FdLoopResources loops = FdLoopResources.builder("application").loops(1).build();
        DisposableServer server = HttpServer.create()
                .host("localhost")
                .port(0)
                .runOn(loops)
                .handle((request, response) -> response.sendString(Mono.just("echo")))
                .bindNow();
        System.out.println(HttpClient.create(ConnectionProvider.newConnection())
                .runOn(loops)
                .get()
                .uri("http://localhost:" + server.port() + "/")
                .responseContent()
                .aggregate()
                .asString()
                .block(Duration.ofSeconds(20)));
        server.disposeNow();
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(20)).block();
    }
}
