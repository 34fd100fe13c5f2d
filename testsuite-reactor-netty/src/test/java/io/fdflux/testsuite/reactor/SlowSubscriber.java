package io.fdflux.testsuite.reactor;

import io.fdflux.netty.Digest;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** Requests one buffer, and more on command. */
final class SlowSubscriber extends BaseSubscriber<ByteBuf> {

    private final Digest digest = new Digest();
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
        request(1);
    }

    @Override
    protected void hookOnNext(ByteBuf buffer) {
        digest.add(buffer);
        first.complete(null);
    }

    @Override
    protected void hookOnComplete() {
        end.complete(digest.end());
    }

    @Override
    protected void hookOnError(Throwable cause) {
        first.completeExceptionally(cause);
        end.completeExceptionally(cause);
    }

    /** Waits for the first buffer without further demand. */
    SlowSubscriber awaitFirst() {
        first.join();
        return this;
    }

    /** Reads the rest, and returns the digest of all bytes. */
    String rest() {
        requestUnbounded();
        return end.join();
    }

    long length() {
        return digest.length();
    }
}
