package io.fdflux.source;

import io.fdflux.loop.LoopSubscription;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import reactor.core.CoreSubscriber;

/**
 * A subscription that has registrations with its loop, until its end. The subscriber gets it once they are made. When
 * the loops are closed, it ends with an error.
 */
abstract class LoopStream<T> extends LoopSubscription<T> {

    /** What is cancelled at the end. */
    private final List<IoRegistration> registrations = new ArrayList<>(1);

    /** Creates a stream; {@code name} is what it delivers, in messages. */
    LoopStream(IoEventLoop loop, CoreSubscriber<? super T> actual, String name) {
        super(loop, actual, name);
    }

    /** Subscribes. Any thread, once. */
    final void subscribe() {
        if (!onLoop(this::attach)) {
            fail(loopsClosed());
        }
    }

    private void attach() {
        if (loop().isShuttingDown()) {
            fail(loopsClosed());
            return;
        }
        register();
        if (passSubscription()) {
            started();
        }
    }

    /** Registers everything by {@link #register(IoHandle)}. Called before {@code onSubscribe}. */
    abstract void register();

    /** Registers a handle until the end of the stream. If that is not possible, ends the stream and returns null. */
    final IoRegistration register(IoHandle handle) {
        Future<IoRegistration> registered = loop().register(handle);
        if (!registered.isSuccess()) {
            fail(registered.cause());
            return null;
        }
        registrations.add(registered.getNow());
        return registered.getNow();
    }

    /** Ends a registration before the end of the stream. */
    final void unregister(IoRegistration registration) {
        registrations.remove(registration);
        registration.cancel();
    }

    /** Called after {@code onSubscribe}, unless the stream has ended there. */
    void started() {}

    /** Called at the end of the stream. */
    void ended() {}

    @Override
    protected final void released() {
        registrations.forEach(IoRegistration::cancel);
        ended();
    }

    /** Ends the stream because its loop shuts down. */
    final void closedByLoop() {
        closed(new IllegalStateException(this + " was closed by its loop"));
    }
}
