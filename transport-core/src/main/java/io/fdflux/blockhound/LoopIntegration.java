package io.fdflux.blockhound;

import io.fdflux.posix.Descriptor;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Tells BlockHound what a loop may do, and what of fdflux blocks. Reactor's and Netty's own integrations tell it which
 * threads are loops.
 */
public final class LoopIntegration implements BlockHoundIntegration {

    /** Called by BlockHound, through {@link java.util.ServiceLoader}. */
    public LoopIntegration() {}

    /**
     * A loop pauses while its poller cannot wait. BlockHound sees no native calls, so it needs no word about those that
     * do not block, and one about open(2): a FIFO without a peer blocks it, and so may a file system of the network.
     */
    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("io.fdflux.engine.Engine", "pause");
        builder.markAsBlocking(
                Descriptor.class,
                "open",
                "(Ljava/nio/file/Path;[Ljava/nio/file/OpenOption;)Lio/fdflux/posix/Descriptor;");
    }
}
