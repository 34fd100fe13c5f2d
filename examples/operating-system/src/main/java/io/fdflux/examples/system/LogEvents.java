package io.fdflux.examples.system;

import io.fdflux.FileFlux;
import io.fdflux.reactor.netty.FdLoopResources;
import java.nio.file.Files;
import java.nio.file.Path;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * Follows a log, across its rotation, and serves its new lines as server-sent events.
 *
 * <p>Each client has a Flux of its own, and its demand reads the file: a slow client slows nobody else, and what it has
 * not taken stays in the file. One that is 16 rotations behind is disconnected.
 *
 * <p>Try, with three terminals:
 *
 * <pre>
 * touch app.log; scripts/run-example log-events app.log
 * curl -N localhost:8080/events                                      (or open http://localhost:8080 in a browser)
 * date &gt;&gt;app.log; mv app.log app.log.1; date &gt;&gt;app.log
 * </pre>
 *
 * Then a slow client, {@code curl -N --limit-rate 1k}, and {@code seq 10000000 >>app.log}: the heap of the server does
 * not grow.
 */
public final class LogEvents {

    private static final String PAGE = """
        <!doctype html>
        <pre id="log"></pre>
        <script>
          new EventSource("/events").onmessage = event => log.append(event.data + "\\n");
        </script>
        """;

    private LogEvents() {}

    /**
     * Serves until the process is ended.
     *
     * @param args the log, which need not exist yet, and a port, 8080 by default
     */
    public static void main(String[] args) {
        if (args.length < 1
                || args.length > 2
                || !Files.isDirectory(Path.of(args[0]).toAbsolutePath().getParent())
                || args.length == 2 && !args[1].matches("\\d{1,5}")
                || args.length == 2 && Integer.parseInt(args[1]) > 65_535) {
            System.err.println("usage: scripts/run-example log-events FILE [PORT]");
            System.err.println("FILE is in an existing directory. PORT is 8080 by default.");
            System.exit(2);
        }
        Path log = Path.of(args[0]);
        int port = args.length == 2 ? Integer.parseInt(args[1]) : 8080;
        try {
            DisposableServer server = serve(FdLoopResources.create("log-events"), log, port);
            System.out.println("following " + log + " at http://localhost:" + server.port());
            server.onDispose().block();
        } catch (ChannelBindException e) {
            System.err.println(e.getCause().getMessage());
            System.exit(1);
        }
    }

    static DisposableServer serve(FdLoopResources loops, Path log, int port) {
        Flux<String> events = FileFlux.lines(loops.loops(), log).map(LogEvents::event);
        return HttpServer.create()
                .runOn(loops)
                .host("127.0.0.1")
                .port(port)
                .route(routes -> routes.get(
                                "/",
                                (request, response) -> response.header("Content-Type", "text/html")
                                        .sendString(Mono.just(PAGE)))
                        .get("/events", (request, response) -> response.sse().sendString(events)))
                .bindNow();
    }

    /** A CR ends a line of the protocol too, and each line of an event begins with its field. */
    private static String event(String line) {
        return "data: " + line.replace("\r", "\ndata: ") + "\n\n";
    }
}
