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
     * Makes a loop.
     *
     * @param parent   its group
     * @param executor starts its thread
     * @param handlers makes its {@link EngineIoHandler}
     */
    public EngineEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
        super(parent, executor, handlers);
    }

    private EngineIoHandler handler() {
        return (EngineIoHandler) ioHandler();
    }

    /**
     * Closes the handles that {@link EngineIoHandler#prepareToDestroy()} has missed, while the loop still takes the
     * resulting tasks. Without a quiet period, Netty does not call that if the shutdown begins after the poll, and
     * never after the last tasks.
     */
    @Override
    protected boolean confirmShutdown() {
        boolean confirmed = super.confirmShutdown();
        if (confirmed && !isShutdown() && handler().closeAll()) {
            super.confirmShutdown();
        }
        return confirmed;
    }

    /** Counts other descriptors, too. Any thread. */
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
