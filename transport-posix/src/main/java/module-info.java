/** The operating system's descriptors, sockets and event queues through the Foreign Function and Memory API. */
module io.fdflux.posix {
    exports io.fdflux.posix;
}
