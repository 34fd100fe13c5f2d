package io.fdflux.spring.page;

import io.fdflux.FdLoops;
import io.fdflux.spring.BlockingTask;
import io.fdflux.spring.Clients;
import io.fdflux.spring.LoopGroups;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;

/** A whole application with the page, and with clients of each kind: plain sockets. */
final class PageApplication implements AutoCloseable {

    /** Two of the web server, and one of the management port. */
    static final int LOOPS = 3;

    private static final int ELEMENT = 1000;
    private static final int SMALL_BUFFER = 4096;

    private final List<Socket> clients = new ArrayList<>();
    private final ConfigurableApplicationContext context;
    private ServerSocket upstream;

    PageApplication(String... settings) {
        context = new SpringApplicationBuilder(Routes.class)
                .properties(Clients.NONE)
                .properties(
                        "server.port=0",
                        "management.server.port=0",
                        "fdflux.page.enabled=true",
                        "fdflux.loops=2",
                        "spring.reactor.netty.shutdown-quiet-period=0s")
                .properties(settings)
                .run();
    }

    int port() {
        return port("local.server.port");
    }

    int managementPort() {
        return port("local.management.port");
    }

    private int port(String name) {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty(name));
    }

    /** Blocks every loop, as user code may, until the latch is open. */
    void block(CountDownLatch latch) {
        context.getBean(LoopGroups.class)
                .opened()
                .forEach(loops -> loops.group().forEach(loop -> loop.execute(new BlockingTask(latch))));
    }

    /** Opens a group of loops, as a lazy bean does. */
    void openAnotherGroup(String name, int loops) {
        ((GenericApplicationContext) context)
                .registerBean(
                        name,
                        FdLoops.class,
                        () -> FdLoops.builder().name(name).loops(loops).build());
        context.getBean(name);
    }

    /**
     * Starts a server of endless answers, which is none of ours.
     *
     * @return its port
     */
    int upstream() {
        try {
            upstream = new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> {
            try (Socket client = upstream.accept();
                    OutputStream out = client.getOutputStream()) {
                out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                while (true) {
                    out.write(new byte[ELEMENT]);
                }
            } catch (IOException e) {
                // It has been closed.
            }
        });
        return upstream.getLocalPort();
    }

    /** Asks for an upstream's answer through the application, and never reads it. */
    Socket slowReaderThrough(int upstreamPort) {
        return client(SMALL_BUFFER, "GET /through/" + upstreamPort + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    /** The page's address. */
    String page() {
        return "http://127.0.0.1:" + managementPort() + "/fdflux/";
    }

    /** Asks for an endless answer, and never reads it. */
    Socket slowReader() {
        return client(SMALL_BUFFER, "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    /** Asks for an endless answer, and reads it as fast as it comes, until it is closed. */
    Socket fastReader() {
        Socket socket = client(0, "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
        Thread.ofVirtual().start(() -> {
            byte[] chunk = new byte[1 << 16];
            try (InputStream in = socket.getInputStream()) {
                while (in.read(chunk) >= 0) {}
            } catch (IOException e) {
                // It has been closed.
            }
        });
        return socket;
    }

    /** Sends a body that the application never asks for. */
    Socket heldBack() {
        return client(0, "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(200_000));
    }

    /** Connects, and sends nothing. */
    Socket silent() {
        return client(0, "");
    }

    /** Looks at the page's events, and never reads them. */
    Socket viewer(int receiveBuffer) {
        return client(managementPort(), receiveBuffer, "GET /fdflux/events HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    private Socket client(int receiveBuffer, String request) {
        return client(port(), receiveBuffer, request);
    }

    private Socket client(int port, int receiveBuffer, String request) {
        try {
            Socket socket = new Socket();
            clients.add(socket);
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void close(Socket client) {
        try {
            client.setSoLinger(true, 0);
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (upstream != null) {
            try {
                upstream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        clients.stream().filter(client -> !client.isClosed()).forEach(this::close);
        context.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Routes {

        @Bean
        RouterFunction<ServerResponse> routes(ReactorResourceFactory resources) {
            HttpClient client =
                    HttpClient.create(resources.getConnectionProvider()).runOn(resources.getLoopResources());
            return RouterFunctions.route()
                    .GET("/endless", request -> ServerResponse.ok().body(endless(), DataBuffer.class))
                    .GET(
                            "/through/{port}",
                            request -> ServerResponse.ok()
                                    .body(through(client, request.pathVariable("port")), DataBuffer.class))
                    .POST("/hold", request -> Mono.never())
                    .GET("/hello", request -> ServerResponse.ok().bodyValue("hello"))
                    .build();
        }

        private static Flux<DataBuffer> through(HttpClient client, String port) {
            return client.get()
                    .uri("http://127.0.0.1:" + port + "/")
                    .response((response, content) -> content.asByteArray())
                    .map(DefaultDataBufferFactory.sharedInstance::wrap);
        }

        private static Flux<DataBuffer> endless() {
            return Flux.<DataBuffer>generate(
                            sink -> sink.next(DefaultDataBufferFactory.sharedInstance.wrap(new byte[ELEMENT])))
                    .subscribeOn(Schedulers.boundedElastic()); // or a reader that is always faster keeps the loop busy
        }
    }
}
