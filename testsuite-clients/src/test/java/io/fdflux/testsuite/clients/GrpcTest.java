package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.test.BuffersReleased;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** grpc-netty with both ends on the loops, by group and channel class. */
@OnEveryPoller
@ExtendWith(BuffersReleased.class)
class GrpcTest {

    @RegisterExtension
    final Loops loops = new Loops(2);

    private GrpcPair pair;

    private void connect(boolean tls) throws Exception {
        pair = new GrpcPair(loops.group(), tls);
    }

    @AfterEach
    void close() throws InterruptedException {
        pair.close();
    }

    /** TLS keeps a buffer for good. */
    @BeforeAll
    static void warmUp() throws Exception {
        Loops loops = new Loops(1);
        GrpcPair pair = new GrpcPair(loops.group(), true);
        echo(pair, "").block();
        pair.close();
        loops.close();
    }

    private Mono<String> echo(String text) {
        return echo(pair, text);
    }

    private static Mono<String> echo(GrpcPair pair, String text) {
        return Mono.create(sink -> ClientCalls.asyncUnaryCall(
                pair.client().newCall(GrpcPair.ECHO, CallOptions.DEFAULT), text, new StreamObserver<>() {
                    @Override
                    public void onNext(String value) {
                        sink.success(value);
                    }

                    @Override
                    public void onError(Throwable t) {
                        sink.error(t);
                    }

                    @Override
                    public void onCompleted() {}
                }));
    }

    private void twoThousandCalls() {
        Set<String> answers = ConcurrentHashMap.newKeySet();
        Flux.range(0, 2_000)
                .flatMap(i -> echo("call " + i), 2_000)
                .doOnNext(answers::add)
                .blockLast();
        assertThat(answers).hasSize(2_000).contains("call 0!", "call 1999!");
    }

    @Test
    void twoThousandCallsAtOnceShareTheWrites() throws Exception {
        connect(false);
        twoThousandCalls();
        assertThat(loops.count(Counter.ACCEPTED)).isEqualTo(1);
        assertThat(loops.count(Counter.WRITE_CALLS)).isLessThan(2_000);
    }

    @Test
    void callsRunOverTls() throws Exception {
        connect(true);
        twoThousandCalls();
    }

    /** A server stream that the test asks for messages. */
    private final class Counting extends ClientCall.Listener<String> {
        private final ClientCall<String, String> call = pair.client().newCall(GrpcPair.COUNT, CallOptions.DEFAULT);
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicInteger outOfOrder = new AtomicInteger();
        private volatile Status end;

        Counting start() {
            call.start(this, new Metadata());
            call.sendMessage("");
            call.halfClose();
            return this;
        }

        @Override
        public void onMessage(String message) {
            if (!message.equals(count.getAndIncrement() + GrpcPair.PADDING)) {
                outOfOrder.incrementAndGet();
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end = status;
        }
    }

    @Test
    void aStreamStallsWithoutDemandAndComesWholeWithIt() throws Exception {
        connect(false);
        Counting counting = new Counting().start();
        counting.call.request(10);
        await().until(() -> counting.count.get() == 10);
        await().until(
                        () -> { // HTTP/2 windows fill up, then nothing moves any more
                            int before = pair.produced.get();
                            loops.turn();
                            return pair.produced.get() == before;
                        });
        assertThat(pair.produced.get()).isLessThan(GrpcPair.ELEMENTS);
        counting.call.request(GrpcPair.ELEMENTS);
        await().until(() -> counting.end != null);
        assertThat(counting.end.isOk()).isTrue();
        assertThat(counting.count).hasValue(GrpcPair.ELEMENTS);
        assertThat(counting.outOfOrder).hasValue(0);
    }

    @Test
    void aCancelArrivesAndTheConnectionGoesOn() throws Exception {
        connect(false);
        Counting counting = new Counting().start();
        counting.call.request(100);
        await().until(() -> counting.count.get() == 100);
        counting.call.cancel("enough", null);
        await().until(() -> pair.cancelled.get() == 1);
        assertThat(echo("after it").block()).isEqualTo("after it!");
        assertThat(loops.count(Counter.ACCEPTED)).isEqualTo(1);
    }

    @Test
    void aServerThatIsGoneFailsItsCalls() throws Exception {
        connect(false);
        Counting counting = new Counting().start();
        counting.call.request(1);
        await().until(() -> counting.count.get() == 1);
        pair.stopServer();
        counting.call.request(GrpcPair.ELEMENTS);
        await().until(() -> counting.end != null);
        assertThat(counting.end.getCode()).isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
        assertThatThrownBy(() -> echo("nobody").block()).hasMessageContaining("UNAVAILABLE");
    }
}
