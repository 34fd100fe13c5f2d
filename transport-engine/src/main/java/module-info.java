/** The engine of a loop, without channels and streams. For the modules of fdflux only. */
@SuppressWarnings("module") // the target modules are built later
module io.fdflux.engine {
    requires transitive io.fdflux.posix;
    requires transitive io.fdflux.spi;
    requires transitive io.netty.buffer;
    requires io.netty.common;
    requires static jdk.jfr; // absent from small runtimes: LoopEvents then records nothing

    exports io.fdflux.engine to
            io.fdflux,
            io.fdflux.netty;
    exports io.fdflux.engine.stream to
            io.fdflux,
            io.fdflux.netty,
            io.fdflux.test;
}
