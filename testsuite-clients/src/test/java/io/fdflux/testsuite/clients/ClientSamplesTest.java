package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.reactor.netty.DocumentSamples;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the samples of docs/clients.md, whose libraries no other module has together. */
@DisabledIfSystemProperty(named = "fdflux.poller", matches = "kqueue", disabledReason = "once is enough")
class ClientSamplesTest {

    private static final String DOCUMENT = "docs/clients.md";

    private static final List<String> IMPORTS = List.of(
            "com.mongodb.ConnectionString",
            "com.mongodb.MongoClientSettings",
            "com.mongodb.connection.TransportSettings",
            "com.mongodb.reactivestreams.client.*",
            "io.fdflux.*",
            "io.fdflux.lettuce.*",
            "io.fdflux.netty.*",
            "io.fdflux.reactor.netty.*",
            "io.fdflux.vertx.*",
            "io.grpc.ManagedChannel",
            "io.grpc.Server",
            "io.grpc.netty.*",
            "io.lettuce.core.api.StatefulRedisConnection",
            "io.r2dbc.pool.*",
            "io.r2dbc.postgresql.*",
            "io.r2dbc.spi.Connection",
            "io.r2dbc.spi.ConnectionFactory",
            "io.rsocket.*",
            "io.rsocket.core.*",
            "io.rsocket.transport.netty.client.TcpClientTransport",
            "io.rsocket.transport.netty.server.*",
            "io.rsocket.util.DefaultPayload",
            "io.vertx.core.Vertx",
            "java.net.*",
            "reactor.core.publisher.*",
            "reactor.netty.tcp.*");

    @TempDir
    Path folder;

    @Test
    void everySampleCompiles() throws Exception {
        Map<String, String> samples = new TreeMap<>(DocumentSamples.all());
        samples.keySet().removeIf(sample -> !sample.startsWith(DOCUMENT));
        assertThat(samples).as("samples whose classes are there").hasSize(6);
        new DocumentSamples(folder, ClientSampleContext.class, IMPORTS).compile(samples);
    }
}
