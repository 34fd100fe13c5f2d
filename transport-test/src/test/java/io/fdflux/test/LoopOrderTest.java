package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** Tests invariant 6: a task that is queued before a poll runs before that poll's events, and so does a due timer. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class LoopOrderTest {

    private final List<String> order = new CopyOnWriteArrayList<>();

    /**
     * Subscribes to the second descriptor with some demand, then reads the first before a poll. While its bytes are
     * delivered, the second becomes ready for that poll, and the loop gets a task or timer.
     */
    private void run(ScriptedKernel kernel, long demand, Runnable givenToTheLoop) {
        FdFlux.read(kernel.loops(), kernel.descriptor(1))
                .doOnNext(buffer -> order.add("the second"))
                .doOnComplete(() -> order.add("end of the second"))
                .subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {
                        if (demand > 0) {
                            subscription.request(demand);
                        }
                    }

                    @Override
                    protected void hookOnNext(ByteBuf buffer) {
                        buffer.release();
                    }

                    @Override
                    protected void hookOnError(Throwable atTheEnd) {}
                });
        kernel.settle();
        FdFlux.read(kernel.loops(), kernel.descriptor(0))
                .doOnNext(buffer -> {
                    order.add("the first");
                    givenToTheLoop.run();
                    kernel.becomeReadable(kernel.descriptor(1));
                })
                .subscribe(ByteBuf::release, atTheEnd -> {});
        kernel.settle();
    }

    private void task(ScriptedKernel kernel) {
        kernel.loops().group().execute(() -> order.add("task"));
    }

    @ParameterizedTest
    @EnumSource
    void aTaskRunsBeforeTheReadThatAPollReports(Style style) {
        try (ScriptedKernel kernel = ScriptedKernel.of(
                style,
                fd -> fd.data("a").wouldBlock(),
                fd -> fd.pause().data("b").wouldBlock())) {
            run(kernel, 1, () -> task(kernel));
        }
        assertThat(order).containsExactly("the first", "task", "the second");
    }

    @ParameterizedTest
    @EnumSource
    void aTimerThatIsDueRunsBeforeTheReadThatAPollReports(Style style) {
        try (ScriptedKernel kernel = ScriptedKernel.of(
                style,
                fd -> fd.data("a").wouldBlock(),
                fd -> fd.pause().data("b").wouldBlock())) {
            run(
                    kernel,
                    1,
                    () -> kernel.loops().group().next().schedule(() -> order.add("timer"), 0, TimeUnit.NANOSECONDS));
        }
        assertThat(order).containsExactly("the first", "timer", "the second");
    }

    @ParameterizedTest
    @EnumSource
    void aTaskRunsBeforeTheHangupThatAPollReports(Style style) {
        try (ScriptedKernel kernel = ScriptedKernel.of(
                style, fd -> fd.data("a").wouldBlock(), fd -> fd.pause().eof())) {
            run(kernel, 0, () -> task(kernel));
        }
        assertThat(order).containsExactly("the first", "task", "end of the second");
    }
}
