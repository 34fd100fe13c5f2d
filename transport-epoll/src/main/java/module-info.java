/** The epoll poller: Linux. */
module io.fdflux.epoll {
    requires io.fdflux.spi;
    requires io.fdflux.posix;

    provides io.fdflux.spi.PollerProvider with
            io.fdflux.epoll.EpollPollerProvider;
}
