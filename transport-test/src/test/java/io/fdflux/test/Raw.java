package io.fdflux.test;

import io.netty.buffer.ByteBuf;
import reactor.core.CoreSubscriber;

/** A subscriber that Reactor does not wrap with checks of requests or a catch. */
abstract class Raw implements CoreSubscriber<ByteBuf> {

    @Override
    public void onNext(ByteBuf buffer) {
        buffer.release();
    }

    @Override
    public void onError(Throwable cause) {
        throw new AssertionError("not expected here", cause);
    }

    @Override
    public void onComplete() {}
}
