package io.fdflux.benchmarks.program;

import io.fdflux.benchmarks.program.transport.Transport;
import io.fdflux.benchmarks.program.transport.UnavailableException;
import java.net.InetSocketAddress;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;

/**
 * The simplest server, whose time from the start of its JVM to its first answer is measured. Arguments are a transport
 * and a port. It is killed at the end.
 *
 * <p>With a cache of ahead-of-time loaded and linked classes (JEP 483, 514 and 515), the harness runs it twice. The
 * training run ends by itself after the first answer, because the JVM writes the cache when it exits:
 *
 * <pre>
 * java -XX:AOTCacheOutput=target/fdflux.aot -cp ... io.fdflux.benchmarks.program.StartUp fdflux 8080 --train
 * java -XX:AOTCache=target/fdflux.aot       -cp ... io.fdflux.benchmarks.program.StartUp fdflux 8080
 * </pre>
 *
 * The class path and the JVM's options must be the same in both, and the class path must have jars only: the JVM
 * refuses to make a cache of classes in directories.
 */
public final class StartUp {

    private StartUp() {}

    /**
     * Runs the program.
     *
     * @param args transport, port, and {@code --train} for the training run
     * @throws InterruptedException if the process is to end
     */
    public static void main(String... args) throws InterruptedException {
        if (args.length < 2) {
            throw new IllegalArgumentException("the arguments are a transport and a port");
        }
        boolean training = args.length > 2 && args[2].equals("--train");
        try {
            HttpServer.create()
                    .runOn(Transport.named(args[0]).open(1).resources())
                    .bindAddress(() -> new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1])))
                    .doOnConnection(connection -> {
                        if (training) {
                            connection.onDispose(() -> Thread.startVirtualThread(() -> System.exit(0)));
                        }
                    })
                    .handle((request, response) -> response.sendString(Mono.just("hello")))
                    .bindNow();
        } catch (UnavailableException e) {
            System.exit(new Protocol(System.out).unavailable(e));
        }
        Thread.currentThread().join(); // the loops are daemons
    }
}
