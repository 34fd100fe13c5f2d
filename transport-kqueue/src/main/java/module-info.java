/** The kqueue poller of macOS, FreeBSD, NetBSD, OpenBSD and DragonFly. */
module io.fdflux.kqueue {
    requires io.fdflux.spi;
    requires io.fdflux.posix;

    provides io.fdflux.spi.PollerProvider with
            io.fdflux.kqueue.KqueuePollerProvider;
}
