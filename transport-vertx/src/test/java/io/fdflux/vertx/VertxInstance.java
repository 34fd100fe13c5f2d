package io.fdflux.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdLoops;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Loops;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Vert.x on fdflux for one test, closed after it. Register it as an extension. */
final class VertxInstance implements AfterEachCallback {

    private static final int TURNS = 5;

    final FdTransport transport = FdTransport.create();
    final Vertx vertx;

    VertxInstance() {
        this(new AddressResolverOptions());
    }

    VertxInstance(AddressResolverOptions resolver) {
        assertThat(transport.unavailabilityCause()).isNull();
        vertx = Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(2).setAddressResolverOptions(resolver))
                .withTransport(transport)
                .build();
    }

    /** {@return the value of a future that completes within the test's time} */
    static <T> T get(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    long count(Counter counter) {
        return transport.total(counter);
    }

    /** {@return the classes of all channels that are open now} */
    Set<Class<?>> channels() {
        return transport.loops().stream()
                .flatMap(loops -> Loops.channelsOf(loops.group()).stream())
                .collect(Collectors.toSet());
    }

    /** Lets every loop that runs poll several times. */
    void turn() {
        for (FdLoops loops : transport.loops()) {
            loops.counters().forEach(counters -> {
                long enough = counters.get(Counter.WAIT_CALLS) + TURNS;
                while (counters.get(Counter.WAIT_CALLS) < enough) {
                    loops.group().forEach(loop -> loop.submit(() -> {}).syncUninterruptibly());
                }
            });
        }
    }

    List<FdLoops> close() {
        get(vertx.close());
        return transport.loops();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        assertThat(close()).as("loops that run on").isEmpty();
    }
}
