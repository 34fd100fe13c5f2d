package io.fdflux.spring;

import java.util.concurrent.CountDownLatch;

/** Blocks the loop that runs it, as user code may. */
public record BlockingTask(CountDownLatch until) implements Runnable {

    @Override
    public void run() {
        try {
            until.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
