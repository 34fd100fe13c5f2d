/** Support for tests: a scripted kernel, and the poller's contract as an abstract test. */
module io.fdflux.test {
    requires transitive io.fdflux;
    requires io.fdflux.engine;
    requires transitive io.fdflux.posix;
    requires transitive io.fdflux.spi;
    requires transitive org.junit.jupiter.api;
    requires transitive reactor.test;

    exports io.fdflux.test;
}
