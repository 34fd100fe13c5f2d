package io.fdflux.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.servers.RedisServer;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster of one node that has all slots. */
@OnEveryPoller
class RedisClusterClientTest {

    @RegisterExtension
    static final RedisServer NODE = new RedisServer("--cluster-enabled", "yes");

    private static String uri() {
        return "redis://127.0.0.1:" + NODE.port();
    }

    @Test
    void commandsTravelThroughTheLoops() throws IOException {
        NODE.formCluster();
        try (FdLoops loops = FdLoops.builder().loops(1).build()) {
            long before = loops.total(Counter.BYTES_READ);
            try (FdRedisClusterClient client = FdRedisClusterClient.create(loops, uri());
                    StatefulRedisClusterConnection<String, String> connection = client.connect()) {
                assertThat(connection.sync().set("key", "value")).isEqualTo("OK");
                assertThat(connection.sync().get("key")).isEqualTo("value");
                assertThat(loops.total(Counter.BYTES_READ)).isGreaterThan(before);
            }
            assertThat(loops.group().isShuttingDown()).isFalse();
        }
    }
}
