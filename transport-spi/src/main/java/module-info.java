/** The contract of a poller. */
module io.fdflux.spi {
    exports io.fdflux.spi;
}
