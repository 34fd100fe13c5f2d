package io.fdflux.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A sentinel of Redis, alone, for one test class. It watches a server that is started before it. */
public final class RedisSentinel extends RedisServer {

    /** What clients ask for. */
    public static final String MASTER = "fdflux";

    private final RedisServer master;

    /**
     * Describes a sentinel.
     *
     * @param master the server that it watches
     */
    public RedisSentinel(RedisServer master) {
        this.master = master;
    }

    @Override
    void prepare(Path certificate, Path key) throws IOException {
        Files.writeString(configuration(), "sentinel monitor %s 127.0.0.1 %d 1%n".formatted(MASTER, master.port()));
    }

    /** A sentinel writes it anew. */
    private Path configuration() {
        return directory().resolve("sentinel.conf");
    }

    @Override
    List<String> command() {
        return List.of(
                program().orElseThrow().toString(),
                configuration().toString(),
                "--sentinel",
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port()),
                "--dir",
                directory().toString());
    }
}
