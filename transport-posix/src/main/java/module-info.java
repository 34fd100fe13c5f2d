/** The operating system's descriptors, sockets and event queues through the Foreign Function and Memory API. */
@SuppressWarnings("module") // modules named in "to" are compiled later
module io.fdflux.posix {
    requires jdk.unsupported; // sun.misc.Signal, for JvmSignals

    exports io.fdflux.posix;
    exports io.fdflux.posix.platform;
    exports io.fdflux.posix.ffi to
            io.fdflux;
    exports io.fdflux.posix.io to
            io.fdflux,
            io.fdflux.engine,
            io.fdflux.epoll,
            io.fdflux.kqueue,
            io.fdflux.netty,
            io.fdflux.test;
    exports io.fdflux.posix.process to
            io.fdflux,
            io.fdflux.test;
    exports io.fdflux.posix.socket to
            io.fdflux,
            io.fdflux.engine,
            io.fdflux.netty,
            io.fdflux.test;
    exports io.fdflux.posix.poll to
            io.fdflux,
            io.fdflux.epoll,
            io.fdflux.kqueue;

    uses io.fdflux.posix.DescriptorWatch;
}
