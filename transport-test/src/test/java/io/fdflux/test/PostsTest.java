package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.Posts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Tests {@link Posts}. */
@Timeout(30)
class PostsTest {

    private ScriptedKernel kernel;
    private Posts<Integer> posts;

    @BeforeEach
    void makeKernel() {
        kernel = ScriptedKernel.of();
        posts = Posts.create(kernel.loops());
    }

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private void offer(int from, int to) {
        IntStream.range(from, to)
                .forEach(value -> assertThat(posts.offer(value)).isTrue());
    }

    @Test
    void valuesFromBeforeAndAfterTheSubscriptionComeInOrder() {
        offer(0, 3);
        StepVerifier.create(posts.flux())
                .expectNext(0, 1, 2)
                .then(() -> offer(3, 5))
                .expectNext(3, 4)
                .then(posts::complete)
                .verifyComplete();
    }

    @Test
    @DisplayName("invariant 11: values without demand wake nobody")
    void valuesWithoutDemandWakeNobody() {
        StepVerifier.create(posts.flux(), 0)
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> {
                    long wakeups = wakeups();
                    offer(0, 100);
                    assertThat(wakeups()).isEqualTo(wakeups);
                })
                .thenRequest(2)
                .expectNext(0, 1)
                .then(kernel::settle)
                .then(() -> assertThat(posts.size()).isEqualTo(98))
                .thenCancel()
                .verify();
    }

    private long wakeups() {
        return kernel.loops().total(Counter.WAKEUPS_SENT) + kernel.loops().total(Counter.WAKEUPS_SKIPPED);
    }

    @Test
    @DisplayName("invariant 11: values for one drain take one wake-up")
    void valuesForOneDrainTakeOneWakeup() {
        List<Integer> seen = new CopyOnWriteArrayList<>();
        posts.flux().onErrorComplete().subscribe(seen::add);
        kernel.settle();
        long wakeups = wakeups();
        CountDownLatch held = new CountDownLatch(1);
        kernel.loops().group().next().execute(() -> await(held)); // one wake-up; the loop runs, and cannot drain
        offer(0, 1000);
        held.countDown();
        kernel.settle();
        assertThat(seen).hasSize(1000).isSorted();
        assertThat(wakeups() - wakeups).isEqualTo(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("invariant 6: the loop polls between the values, however many there are")
    void valuesLeaveTheLoopToOthers() {
        int turns = 40;
        offer(0, turns * 256);
        List<Long> waits = new CopyOnWriteArrayList<>();
        posts.flux()
                .onErrorComplete()
                .subscribe(value -> waits.add(kernel.loops().total(Counter.WAIT_CALLS)));
        kernel.settle();
        assertThat(waits).hasSize(turns * 256);
        // Two passes an iteration, and a poll in every fourth, as for a descriptor with endless data.
        assertThat(waits.getLast() - waits.getFirst()).isGreaterThanOrEqualTo(turns / 8 - 1);
    }

    @Test
    void capacityLimitsTheValuesThatWait() {
        Posts<Integer> few = Posts.create(kernel.loops(), 2);
        assertThat(few.offer(1)).isTrue();
        assertThat(few.offer(2)).isTrue();
        assertThat(few.offer(3)).isFalse();
        StepVerifier.create(few.flux())
                .expectNext(1, 2)
                .then(() -> assertThat(few.offer(4)).isTrue())
                .expectNext(4)
                .thenCancel()
                .verify();
        assertThatThrownBy(() -> Posts.create(kernel.loops(), 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> few.offer(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    @DisplayName("invariant 6: endless values do not starve the loop's tasks")
    void endlessValuesDoNotStarveTasks() {
        CountDownLatch task = new CountDownLatch(1);
        posts.flux().onErrorComplete().subscribe(value -> {
            if (task.getCount() > 0) {
                posts.offer(value + 1);
            }
        });
        posts.offer(0);
        kernel.loops().group().next().execute(task::countDown);
        await(task);
        kernel.settle();
    }

    @Test
    void endComesAfterTheValuesAndWithoutDemand() {
        offer(0, 2);
        posts.complete();
        assertThat(posts.offer(9)).isFalse();
        StepVerifier.create(posts.flux(), 2).expectNext(0, 1).verifyComplete();

        Posts<Integer> failing = Posts.create(kernel.loops());
        StepVerifier.create(failing.flux(), 0)
                .expectSubscription()
                .then(() -> failing.fail(new IllegalStateException("mine")))
                .then(failing::complete)
                .verifyErrorMessage("mine");
        assertThat(failing.offer(1)).isFalse();

        Posts<Integer> ended = Posts.create(kernel.loops());
        ended.complete();
        StepVerifier.create(ended.flux(), 0).verifyComplete();
    }

    @Test
    void valuesOfACancelledSubscriberAreDiscarded() {
        List<Integer> discarded = new CopyOnWriteArrayList<>();
        offer(0, 3);
        StepVerifier.create(posts.flux().doOnDiscard(Integer.class, discarded::add), 1)
                .expectNext(0)
                .thenCancel()
                .verify();
        kernel.settle();
        assertThat(discarded).containsExactly(1, 2);
        assertThat(posts.offer(4)).isFalse();
        assertThat(posts.size()).isZero();
    }

    @Test
    void secondSubscriberIsRefused() {
        posts.flux().onErrorComplete().subscribe();
        StepVerifier.create(posts.flux()).verifyErrorMessage("posts have one subscriber; share the Flux for several");
    }

    @Test
    void closedLoopsEndThePosts() {
        StepVerifier.create(posts.flux(), 0)
                .expectSubscription()
                .then(() -> offer(0, 1))
                .then(() -> kernel.loops().close())
                .verifyErrorMessage("a stream of posts was closed by its loop");
        assertThat(posts.offer(1)).isFalse();
        Posts<Integer> late = Posts.create(kernel.loops());
        StepVerifier.create(late.flux())
                .verifyErrorMessage("the loops have been closed; a stream of posts is not possible");
        assertThat(late.offer(1)).isFalse();
    }

    @RepeatedTest(20)
    void nothingIsLostBetweenManyThreadsAndBoundedDemand() throws InterruptedException {
        int threads = 4;
        int each = 2000;
        List<Integer> seen = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(threads * each);
        posts.flux().limitRate(7).onErrorComplete().subscribe(value -> {
            seen.add(value);
            done.countDown();
        });
        List<Thread> offering = IntStream.range(0, threads)
                .mapToObj(thread -> Thread.ofPlatform().start(() -> offer(thread * each, (thread + 1) * each)))
                .toList();
        for (Thread thread : offering) {
            thread.join();
        }
        done.await();
        kernel.settle();
        assertThat(seen).hasSize(threads * each).doesNotHaveDuplicates();
        for (int thread = 0; thread < threads; thread++) {
            int from = thread * each;
            assertThat(seen.stream().filter(value -> value >= from && value < from + each))
                    .isSorted();
        }
    }

    @RepeatedTest(50)
    void valueIsEitherDeliveredDiscardedOrRefusedWhenTheSubscriberCancels() throws InterruptedException {
        List<Integer> delivered = new CopyOnWriteArrayList<>();
        List<Integer> discarded = new CopyOnWriteArrayList<>();
        BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnNext(Integer value) {
                delivered.add(value);
            }
        };
        Flux<Integer> flux = posts.flux().doOnDiscard(Integer.class, discarded::add);
        flux.subscribe(subscriber);
        List<Integer> taken = new ArrayList<>();
        Thread offering = Thread.ofPlatform()
                .start(() -> IntStream.range(0, 500).filter(posts::offer).forEach(taken::add));
        subscriber.cancel();
        offering.join();
        kernel.settle();
        List<Integer> both = new ArrayList<>(delivered);
        both.addAll(discarded);
        assertThat(both).containsExactlyInAnyOrderElementsOf(taken);
        assertThat(posts.size()).isZero();
    }
}
