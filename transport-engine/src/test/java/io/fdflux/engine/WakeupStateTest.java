package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WakeupStateTest {

    @Test
    @DisplayName("invariant 11: nobody makes the call while the loop is not blocked")
    void notBlocked() {
        WakeupState state = new WakeupState();
        assertThat(state.claim()).isFalse();
        state.block();
        state.unblock();
        assertThat(state.claim()).isFalse();
    }

    @Test
    @DisplayName("invariant 11: one thread makes the call while the loop is blocked")
    void onlyTheFirst() {
        WakeupState state = new WakeupState();
        state.block();
        assertThat(state.claim()).isTrue();
        assertThat(state.claim()).isFalse();
        state.block();
        assertThat(state.claim()).isTrue();
    }

    @Test
    @DisplayName("invariant 11: a task is seen, or its wake-up is made, never neither")
    void nothingIsLost() throws InterruptedException {
        int threads = 3;
        int each = 20_000;
        WakeupState state = new WakeupState();
        AtomicInteger tasks = new AtomicInteger();
        Semaphore kernel = new Semaphore(0);
        List<Thread> posters = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            posters.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    tasks.incrementAndGet();
                    if (state.claim()) {
                        kernel.release();
                    }
                }
            }));
        }
        int seen = 0;
        while (seen < threads * each) {
            seen += tasks.getAndSet(0);
            state.block();
            if (tasks.get() == 0 && seen < threads * each) {
                kernel.acquire(); // blocks for ever if a wake-up is lost
            }
            state.unblock();
        }
        for (Thread poster : posters) {
            poster.join();
        }
        assertThat(seen).isEqualTo(threads * each);
    }
}
