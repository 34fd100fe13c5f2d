package io.fdflux;

import io.netty.channel.Channel;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.Iterator;
import java.util.concurrent.Executor;

/** A loop of {@link FdLoops}, which tells its channels as those of Netty's own transports do. */
final class FdEventLoop extends SingleThreadIoEventLoop {

    FdEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
        super(parent, executor, handlers);
    }

    private FdIoHandler handler() {
        return (FdIoHandler) ioHandler();
    }

    /**
     * Closes what {@link FdIoHandler#prepareToDestroy()} has missed, while the loop still takes the tasks that this makes: without a
     * quiet period Netty does not call that if the shutdown begins after the poll, and never after the last tasks.
     */
    @Override
    protected boolean confirmShutdown() {
        boolean confirmed = super.confirmShutdown();
        if (confirmed && !isShutdown() && handler().closeAll()) {
            super.confirmShutdown();
        }
        return confirmed;
    }

    /** Other descriptors are counted, too: any thread may ask. */
    @Override
    public int registeredChannels() {
        return getNumOfRegisteredChannels();
    }

    /** Those of this moment. Loop thread only. */
    @Override
    public Iterator<Channel> registeredChannelsIterator() {
        return handler().channels().iterator();
    }
}
