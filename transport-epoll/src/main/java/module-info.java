/** The epoll poller of Linux. */
module io.fdflux.epoll {
    requires transitive io.fdflux.spi;
    requires io.fdflux.posix;

    exports io.fdflux.epoll;

    provides io.fdflux.spi.PollerProvider with
            io.fdflux.epoll.EpollPollerProvider;
}
