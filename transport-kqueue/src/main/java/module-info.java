/** The kqueue poller of macOS, FreeBSD, NetBSD, OpenBSD and DragonFly. */
module io.fdflux.kqueue {
    requires transitive io.fdflux.spi;
    requires io.fdflux.posix;

    exports io.fdflux.kqueue;

    provides io.fdflux.spi.PollerProvider with
            io.fdflux.kqueue.KqueuePollerProvider;
}
