/** The kqueue poller: macOS, FreeBSD, NetBSD, OpenBSD, DragonFly. */
module io.fdflux.kqueue {
    requires transitive io.fdflux.spi;
    requires io.fdflux.posix;

    exports io.fdflux.kqueue;

    provides io.fdflux.spi.PollerProvider with
            io.fdflux.kqueue.KqueuePollerProvider;
}
