package io.fdflux.examples.system;

import io.fdflux.SignalFlux;
import io.fdflux.reactor.netty.FdLoopResources;
import io.netty.channel.group.DefaultChannelGroup;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * A server that loses no request when it is stopped. At TERM it accepts no more connections and answers the requests
 * that run. Then the JVM reacts to the signal as it would have done at once: it exits with the code 143.
 *
 * <p>Try, with two terminals:
 *
 * <pre>
 * scripts/run-example graceful-shutdown                              (it prints its pid)
 * curl localhost:8080/slow &amp; sleep 1; kill PID; curl localhost:8080/       (the first is answered, the second refused)
 * </pre>
 */
public final class GracefulShutdown {

    private static final Duration SLOW = Duration.ofSeconds(5);
    /** For all running requests together. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private GracefulShutdown() {}

    /**
     * Serves until TERM.
     *
     * @param args a port, 8080 by default
     */
    public static void main(String[] args) {
        if (args.length > 1
                || args.length == 1 && !args[0].matches("\\d{1,5}")
                || args.length == 1 && Integer.parseInt(args[0]) > 65_535) {
            System.err.println("usage: scripts/run-example graceful-shutdown [PORT]");
            System.err.println("PORT is 8080 by default.");
            System.exit(2);
        }
        try {
            serve(args.length == 1 ? Integer.parseInt(args[0]) : 8080);
        } catch (ChannelBindException e) {
            System.err.println(e.getCause().getMessage());
            System.exit(1);
        }
    }

    private static void serve(int port) {
        FdLoopResources loops = FdLoopResources.create("http");
        DisposableServer server = HttpServer.create()
                .runOn(loops)
                .host("127.0.0.1")
                .port(port)
                // The connections that disposeNow waits for.
                .channelGroup(new DefaultChannelGroup(loops.loops().group().next()))
                .route(routes -> routes.get("/", (request, response) -> response.sendString(Mono.just("hello\n")))
                        .get("/slow", (request, response) -> response.sendString(slow())))
                .bindNow();
        System.out.println("serving http://localhost:" + server.port() + ", stop it by: kill "
                + ProcessHandle.current().pid());

        SignalFlux.on(loops.loops(), "TERM")
                .concatMap(term -> drain(server).then(SignalFlux.passOn("TERM")))
                .blockLast();
    }

    private static Mono<String> slow() {
        return Mono.delay(SLOW)
                .map(end -> "at last\n")
                .doOnSubscribe(begin -> System.out.println("a slow request has begun"));
    }

    private static Mono<Void> drain(DisposableServer server) {
        return Mono.<Void>fromRunnable(() -> server.disposeNow(PATIENCE))
                .subscribeOn(Schedulers.boundedElastic()) // because it blocks
                .doOnSubscribe(begin -> System.out.println("TERM: answering the requests that run"))
                .doOnError(late -> System.out.println(late.getMessage()))
                .onErrorComplete();
    }
}
