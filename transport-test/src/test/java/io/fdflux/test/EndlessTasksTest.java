package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Invariant 6: tasks that beget tasks for ever leave the loop to its descriptors. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class EndlessTasksTest {

    /** Netty's event executors read the clock after so many tasks. */
    private static final int TASKS_PER_LOOK = 64;

    private static final int MILLIS_OF_TASKS = 10;

    @Test
    @DisplayName("a descriptor that becomes readable meanwhile is read after ten milliseconds of tasks")
    void descriptorsGetTheirTurn() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger ranBeforeTheRead = new AtomicInteger();
        CountDownLatch read = new CountDownLatch(1);
        try (ScriptedKernel kernel =
                ScriptedKernel.of(fd -> fd.pause().data("x").wouldBlock())) {
            FdFlux.read(kernel.loops(), kernel.descriptor(0))
                    .doOnNext(ByteBuf::release)
                    .subscribe(
                            buffer -> {
                                ranBeforeTheRead.set(ran.get());
                                read.countDown();
                            },
                            atTheEnd -> {});
            kernel.settle();
            EventLoop loop = kernel.loops().group().next();
            loop.execute(new Runnable() {
                @Override
                public void run() {
                    if (ran.getAndIncrement() == 0) {
                        kernel.becomeReadable(kernel.descriptor(0));
                    }
                    kernel.time().pass(TimeUnit.MILLISECONDS.toNanos(1));
                    if (read.getCount() > 0) {
                        loop.execute(this);
                    }
                }
            });
            read.await();
        }
        // One turn finds out that it is readable, the next one reads.
        assertThat(ranBeforeTheRead.get()).isBetween(MILLIS_OF_TASKS, 2 * (MILLIS_OF_TASKS + TASKS_PER_LOOK));
    }
}
