/** The kqueue poller: macOS, FreeBSD, NetBSD, OpenBSD, DragonFly. */
module io.fdflux.kqueue {
    requires io.fdflux.spi;
    requires io.fdflux.posix;

    provides io.fdflux.spi.PollerProvider with
            io.fdflux.kqueue.KqueuePollerProvider;
}
