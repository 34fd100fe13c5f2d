package io.fdflux.examples.webflux;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.reactive.function.client.WebClient;

/** Runs the application on a free port, with a client for it. */
final class Example implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ConfigurableApplicationContext context;

    Example(String... settings) {
        context = new SpringApplicationBuilder(WebFluxExample.class)
                .properties("server.port=0", "spring.reactor.netty.shutdown-quiet-period=0s")
                .properties(settings)
                .build()
                .run();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(
                "127.0.0.1", context.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
    }

    WebClient client() {
        return bean(WebClient.Builder.class)
                .baseUrl("http://127.0.0.1:" + address().getPort())
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(-1))
                .build();
    }

    String get(String path) {
        return client().get().uri(path).retrieve().bodyToMono(String.class).block(PATIENCE);
    }

    Socket connect() throws java.io.IOException {
        Socket socket = new Socket();
        socket.connect(address());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    @Override
    public void close() {
        context.close();
    }
}
