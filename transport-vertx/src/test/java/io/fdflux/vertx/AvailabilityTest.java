package io.fdflux.vertx;

import static io.fdflux.vertx.VertxInstance.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.OnEveryPoller;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import org.junit.jupiter.api.Test;

/** The self-test, what follows from it, and loops from their start to their end. */
@OnEveryPoller
class AvailabilityTest {

    @Test
    void anUnknownPollerIsNamedAndVertxRunsOnNio() {
        FdTransport transport = FdTransport.create("devpoll");
        assertThat(transport.available()).isFalse();
        assertThat(transport.unavailabilityCause())
                .hasMessageContaining("devpoll")
                .hasMessageContaining("epoll");
        Vertx vertx = Vertx.builder().withTransport(transport).build();
        try {
            assertThat(vertx.isNativeTransportEnabled()).isFalse();
            assertThat(vertx.unavailableNativeTransportCause()).isSameAs(transport.unavailabilityCause());
            NetServer server =
                    get(vertx.createNetServer().connectHandler(socket -> {}).listen(0, "127.0.0.1"));
            get(vertx.createNetClient().connect(server.actualPort(), "127.0.0.1"));
            assertThat(transport.loops()).isEmpty();
        } finally {
            get(vertx.close());
        }
    }

    @Test
    void eachInstanceHasItsLoopsUntilItIsClosed() {
        FdTransport transport = FdTransport.create();
        assertThat(transport.available()).isTrue();
        assertThat(transport.unavailabilityCause()).isNull();
        Vertx first = Vertx.builder().withTransport(transport).build();
        int loops = transport.counters().size();
        Vertx second = Vertx.builder().withTransport(transport).build();
        assertThat(transport.counters()).hasSize(2 * loops);
        assertThat(first.isNativeTransportEnabled()).isTrue();
        get(first.close());
        assertThat(transport.counters()).hasSize(loops);
        get(second.createNetServer().connectHandler(socket -> {}).listen(0, "127.0.0.1"));
        assertThat(transport.total(Counter.WAIT_CALLS)).isPositive();
        get(second.close());
        assertThat(transport.loops()).isEmpty();
        assertThat(transport.total(Counter.WAIT_CALLS)).isZero();
    }
}
