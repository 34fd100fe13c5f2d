package io.fdflux.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.SignalCount;
import io.fdflux.SignalFlux;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Tests {@link SignalFlux} by real signals, which kill(1) sends to this JVM. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class SignalsOnEpollTest {

    private FdLoops loops;

    @BeforeEach
    void openLoops() {
        loops = FdLoops.builder().poller("epoll").loops(2).build();
    }

    @AfterEach
    void closeLoops() {
        loops.close();
    }

    @Test
    void termIsDeliveredAndDoesNotEndTheJvm() {
        StepVerifier.create(SignalFlux.on(loops, "TERM").take(2).map(SignalCount::name))
                .expectSubscription()
                .then(() -> Jvm.killSelf("TERM"))
                .expectNext("TERM")
                .then(() -> Jvm.killSelf("TERM"))
                .expectNext("TERM")
                .verifyComplete();
    }

    @Test
    void bothLoopsGetTheSignal() {
        Mono<SignalCount> first = SignalFlux.on(loops, "USR1").next();
        Mono<SignalCount> second = SignalFlux.on(loops, "USR1").next();
        List<SignalCount> ready = new CopyOnWriteArrayList<>();
        StepVerifier.create(Mono.zip(
                        first.doOnSubscribe(s -> ready.add(new SignalCount("first", 0))),
                        second.doOnSubscribe(s -> ready.add(new SignalCount("second", 0)))))
                .expectSubscription()
                .then(() -> await().until(() -> ready.size() == 2))
                .then(() -> Jvm.killSelf("USR1"))
                .expectNextCount(1)
                .verifyComplete();
    }

    @Test
    void signalsWithoutDemandAreCounted() {
        StepVerifier.create(SignalFlux.on(loops, "WINCH").map(SignalCount::count), 0)
                .expectSubscription()
                .then(() -> Jvm.killSelf("WINCH"))
                .thenRequest(1)
                .expectNext(1L)
                .thenCancel()
                .verify();
    }

    @Test
    void jvmsReactionComesBackAfterTheCancellation() throws Exception {
        // A JVM of its own: it subscribes to TERM and cancels, then gets the signal, and ends by the JVM's reaction.
        Process jvm = Jvm.start(Jvm.command(List.of(), TermAfterCancellation.class));
        try (var output = jvm.inputReader()) {
            assertThat(output.readLine()).isEqualTo("got TERM");
            assertThat(output.readLine()).isEqualTo("the hook runs");
        }
        assertThat(jvm.waitFor()).isEqualTo(128 + 15);
    }

    /** Sends TERM to itself twice: during a subscription, and after it. */
    static final class TermAfterCancellation {

        private TermAfterCancellation() {}

        public static void main(String... none) throws InterruptedException {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("the hook runs")));
            FdLoops loops = FdLoops.builder().poller("epoll").loops(1).build();
            Mono<SignalCount> term = SignalFlux.on(loops, "TERM").next().doOnSubscribe(s -> Jvm.killSelf("TERM"));
            System.out.println("got " + term.block().name());
            loops.close(); // the watch is off now
            Jvm.killSelf("TERM");
            Thread.sleep(60_000);
            System.out.println("still here");
        }
    }

    @Test
    void passOnWithoutSubscriberDoesNothing() {
        assertThat(SignalFlux.passOn("TERM").block()).isFalse();
    }

    @Test
    void passOnIsTheJvmsReaction() {
        // WINCH has no reaction of the JVM; TERM would end this one.
        Disposable subscription = SignalFlux.on(loops, "WINCH").subscribe();
        assertThat(SignalFlux.passOn("WINCH").block()).isFalse();
        subscription.dispose();
    }
}
