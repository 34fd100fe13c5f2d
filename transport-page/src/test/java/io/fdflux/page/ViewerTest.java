package io.fdflux.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The browser's speed is the demand. Time is the test's. */
class ViewerTest {

    private static final Duration PERIOD = Duration.ofSeconds(1);

    @RegisterExtension
    final Connections connections = new Connections();

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final AtomicInteger taken = new AtomicInteger();
    private final Mono<String> samples = Mono.fromSupplier(() -> "sample " + taken.incrementAndGet());
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        time.dispose();
    }

    /** A browser that asks only when the test does. */
    private final class Looking extends BaseSubscriber<String> {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(String sample) {
            seen.add(sample);
        }
    }

    private Looking look(Channel channel) {
        Looking looking = new Looking();
        Flux.<String>create(sink -> Viewer.serve(sink, samples, channel, PERIOD, time), FluxSink.OverflowStrategy.DROP)
                .subscribe(looking);
        return looking;
    }

    @Test
    void noSampleIsTakenWithoutDemandAndNoneIsKept() {
        Looking looking = look(null);
        time.advanceTimeBy(PERIOD.multipliedBy(10));
        assertThat(taken).hasValue(0);

        looking.request(1);
        time.advanceTimeBy(PERIOD.multipliedBy(10));
        assertThat(seen).containsExactly("sample 1");
        assertThat(taken).hasValue(1);

        looking.request(Long.MAX_VALUE);
        time.advanceTimeBy(PERIOD.multipliedBy(3));
        assertThat(seen).hasSize(4);
    }

    @Test
    void nothingRunsAfterACancel() {
        Looking looking = look(null);
        looking.request(Long.MAX_VALUE);
        time.advanceTimeBy(PERIOD);
        int before = taken.get();
        looking.cancel();
        time.advanceTimeBy(PERIOD.multipliedBy(10));
        assertThat(taken).hasValue(before);
    }

    @Test
    void noSampleIsTakenWhileTheConnectionHoldsBytesOfEarlierOnes() throws Exception {
        int length = 5_000_000;
        Socket peer = connections.connect(4096);
        Channel channel = connections.accepted();
        channel.writeAndFlush(Unpooled.directBuffer(length).writeZero(length));
        channel.eventLoop().submit(() -> {}).sync();

        look(channel).request(Long.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            time.advanceTimeBy(PERIOD);
            channel.eventLoop().submit(() -> {}).sync(); // after the look at the connection
        }
        assertThat(taken).hasValue(0);

        peer.getInputStream().readNBytes(length);
        await().until(() -> {
            time.advanceTimeBy(PERIOD);
            return !seen.isEmpty();
        });
    }

    @Test
    void browsersThatAskAtOnceShareASample() {
        SharedSamples shared = new SharedSamples(samples, Duration.ofHours(1));
        assertThat(shared.sample().block()).isEqualTo("sample 1");
        assertThat(shared.sample().block()).isEqualTo("sample 1");
        SharedSamples fresh = new SharedSamples(samples, Duration.ZERO);
        assertThat(fresh.sample().block()).isEqualTo("sample 2");
        assertThat(fresh.sample().block()).isEqualTo("sample 3");
    }
}
