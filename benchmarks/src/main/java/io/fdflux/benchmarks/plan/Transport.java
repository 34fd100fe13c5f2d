package io.fdflux.benchmarks.plan;

import java.util.List;

/** What a server can run on: the transports of Netty servers, and HAProxy. */
public enum Transport {
    FDFLUX("fdflux"),
    /** With loops that poll for a while before they block: a setting that is off by default. */
    FDFLUX_BUSY("fdflux-busy"),
    NIO("nio"),
    EPOLL("epoll"),
    IO_URING("io_uring"),
    /** No JVM and no Netty: how far a server in C is from all of them. Only some scenarios have it. */
    HAPROXY("haproxy"),
    /** kqueue over libkqueue: its counts are kqueue's, its times are those of an emulation. */
    FDFLUX_KQUEUE("fdflux-kqueue");

    /** Those whose times are compared. */
    public static final List<Transport> TIMED = List.of(FDFLUX, FDFLUX_BUSY, NIO, EPOLL, IO_URING, HAPROXY);

    /** Those that fdflux is compared with, the one with the targets first. */
    public static final List<Transport> PEERS = List.of(EPOLL, IO_URING, NIO, HAPROXY);

    private final String key;

    Transport(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }

    public boolean isTimed() {
        return TIMED.contains(this);
    }

    @Override
    public String toString() {
        return key;
    }
}
