package io.fdflux.netty.channel;

import io.fdflux.engine.stream.Output;
import io.netty.channel.ChannelPromise;

/** Drives the output of a channel for its loop. Loop thread only. */
public abstract class OutputUnsafe extends EngineUnsafe {

    private final EngineChannel channel;

    protected OutputUnsafe(EngineChannel channel) {
        super(channel);
        this.channel = channel;
    }

    /** The channel's output. */
    protected abstract Output output();

    @Override
    public final void attemptWrite() {
        output().attempt(registration());
    }

    /** Writes as much as the socket takes, before the turn's end. */
    public final void advanceOutput() {
        if (registration() != null && channel.isActive()) {
            output().advance(registration());
        }
    }

    /** Fails the output, and closes the channel if auto-close is on, as Netty does for a failed write. */
    public void onWriteError(Throwable cause) {
        handleWriteError(cause);
    }

    @Override
    public final void deregister(ChannelPromise promise) {
        advanceOutput();
        super.deregister(promise);
    }
}
