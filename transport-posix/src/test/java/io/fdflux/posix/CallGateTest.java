package io.fdflux.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallGateTest {

    @Test
    void openGateLetsIn() {
        CallGate gate = new CallGate();
        assertThat(gate.enter()).isTrue();
        gate.leave();
        assertThat(gate.close()).isTrue();
    }

    @Test
    void closedGateLetsNobodyInAndClosesOnce() {
        CallGate gate = new CallGate();
        assertThat(gate.close()).isTrue();
        assertThat(gate.enter()).isFalse();
        assertThat(gate.close()).isFalse();
    }

    @Test
    void closeWaitsForThoseInside() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            CallGate gate = new CallGate();
            AtomicBoolean descriptorClosed = new AtomicBoolean();
            AtomicInteger callsOnClosed = new AtomicInteger();
            CountDownLatch running = new CountDownLatch(3);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    running.countDown();
                    while (gate.enter()) {
                        if (descriptorClosed.get()) {
                            callsOnClosed.incrementAndGet();
                        }
                        gate.leave();
                    }
                }));
            }
            running.await();
            gate.close();
            descriptorClosed.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(callsOnClosed).hasValue(0);
        }
    }
}
