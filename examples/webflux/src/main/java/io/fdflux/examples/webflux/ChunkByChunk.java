package io.fdflux.examples.webflux;

import io.fdflux.examples.webflux.UploadHandler.Receipt;
import java.util.concurrent.TimeUnit;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Schedulers;

/**
 * Requests one chunk, digests it, releases it, and only then requests the next one: immediately, or by a schedule.
 * Without a request nothing is read. Signals come from the connection's event loop, the requests of a limited rate from
 * Reactor's timer.
 */
final class ChunkByChunk extends BaseSubscriber<DataBuffer> {

    private final MonoSink<Receipt> receipt;
    private final long intervalNanos;
    private final Sha256 sha256 = new Sha256();
    private final Disposable.Swap timer = Disposables.swap();
    private long chunks;
    private long due;

    /**
     * Creates a subscriber for one body.
     *
     * @param receipt         receives the outcome
     * @param chunksPerSecond 0 means no limit
     */
    ChunkByChunk(MonoSink<Receipt> receipt, long chunksPerSecond) {
        this.receipt = receipt;
        this.intervalNanos = chunksPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / chunksPerSecond;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        due = System.nanoTime();
        request(1);
    }

    @Override
    protected void hookOnNext(DataBuffer chunk) {
        try {
            sha256.update(chunk);
            chunks++;
        } finally {
            DataBufferUtils.release(chunk);
        }
        if (intervalNanos == 0) {
            request(1);
        } else {
            requestInTime();
        }
    }

    /** Keeps to the schedule on average, but does not catch up after the peer was silent. */
    private void requestInTime() {
        long now = System.nanoTime();
        due = Math.max(due + intervalNanos - now, 0) + now;
        timer.update(Schedulers.parallel().schedule(() -> request(1), due - now, TimeUnit.NANOSECONDS));
    }

    @Override
    protected void hookOnComplete() {
        receipt.success(new Receipt(sha256.bytes(), chunks, sha256.hex()));
    }

    @Override
    protected void hookOnError(Throwable error) {
        receipt.error(error);
    }

    /** Stops the timer. A cancel comes from {@link MonoSink}, which disposes of this subscriber. */
    @Override
    protected void hookFinally(SignalType end) {
        timer.dispose();
    }
}
