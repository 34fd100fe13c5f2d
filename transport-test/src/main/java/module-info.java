/** For tests: the poller contract as an abstract test, and a scripted kernel. */
module io.fdflux.test {
    requires transitive io.fdflux;
    requires io.fdflux.engine;
    requires transitive io.fdflux.posix;
    requires transitive io.fdflux.spi;
    requires transitive org.junit.jupiter.api;

    exports io.fdflux.test;
}
