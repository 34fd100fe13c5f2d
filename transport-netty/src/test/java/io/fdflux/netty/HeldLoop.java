package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A loop that runs a task until this is closed. So one wait reports all that happens meanwhile. */
public final class HeldLoop implements AutoCloseable {

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    private HeldLoop() {}

    /** Holds the loop, and returns once it runs the task: else its wait could report a part of what follows. */
    public static HeldLoop hold(Executor loop) throws InterruptedException {
        HeldLoop held = new HeldLoop();
        loop.execute(held::await);
        assertThat(held.entered.await(60, TimeUnit.SECONDS)).isTrue();
        return held;
    }

    private void await() {
        entered.countDown();
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        released.countDown();
    }
}
