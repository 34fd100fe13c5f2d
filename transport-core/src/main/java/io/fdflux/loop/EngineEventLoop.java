package io.fdflux.loop;

import io.netty.channel.Channel;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.Iterator;
import java.util.concurrent.Executor;

/** An event loop that lists its registered channels, as Netty's own loops do. */
public final class EngineEventLoop extends SingleThreadIoEventLoop {

    /**
     * Creates a loop.
     *
     * @param parent   its group
     * @param executor starts its thread
     * @param handlers creates its {@link EngineIoHandler}
     */
    public EngineEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
        super(parent, executor, handlers);
    }

    private EngineIoHandler handler() {
        return (EngineIoHandler) ioHandler();
    }

    /**
     * Closes the handles that {@link EngineIoHandler#prepareToDestroy()} has missed, while the loop still accepts the
     * resulting tasks. Netty never calls that method after the last tasks. Without a quiet period, it does not call the
     * method either if the shutdown begins after the poll.
     */
    @Override
    protected boolean confirmShutdown() {
        boolean confirmed = super.confirmShutdown();
        if (confirmed && !isShutdown() && handler().closeAll()) {
            super.confirmShutdown();
        }
        return confirmed;
    }

    /** Also counts descriptors that are no channels. Any thread. */
    @Override
    public int registeredChannels() {
        return getNumOfRegisteredChannels();
    }

    /** Iterates over a copy. Loop thread only. */
    @Override
    public Iterator<Channel> registeredChannelsIterator() {
        return handler().channels().iterator();
    }
}
