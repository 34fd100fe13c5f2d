/** The operating system's descriptors as Reactor streams, on event loops with their own engine. */
@SuppressWarnings("module") // the target modules are built later
module io.fdflux {
    requires io.fdflux.engine;
    requires static reactor.blockhound; // looks for the service below, where it is used
    requires transitive io.fdflux.posix;
    requires transitive io.fdflux.spi;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires transitive org.reactivestreams;
    requires transitive reactor.core;

    exports io.fdflux;
    exports io.fdflux.diagnosis;
    exports io.fdflux.poller;
    exports io.fdflux.descriptor to
            io.fdflux.test;
    exports io.fdflux.loop to
            io.fdflux.netty;
    exports io.fdflux.process to
            io.fdflux.test;

    uses io.fdflux.spi.PollerProvider;

    provides io.fdflux.posix.DescriptorWatch with
            io.fdflux.leak.DescriptorLeaks;
    provides reactor.blockhound.integration.BlockHoundIntegration with
            io.fdflux.blockhound.LoopIntegration;
}
