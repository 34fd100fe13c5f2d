package io.fdflux.netty.option;

import java.util.EnumSet;
import java.util.Set;

/** What a channel's socket is: it decides which options there are. */
enum ChannelKind {
    TCP,
    TCP_LISTENER,
    UDP,
    UNIX_STREAM,
    UNIX_LISTENER,
    UNIX_DATAGRAM;

    static final Set<ChannelKind> ALL = EnumSet.allOf(ChannelKind.class);
    static final Set<ChannelKind> INTERNET = EnumSet.of(TCP, TCP_LISTENER, UDP);
    /** Options that a connection may have of its listener: set there, they cost nothing for each connection. */
    static final Set<ChannelKind> TCP_AND_LISTENER = EnumSet.of(TCP, TCP_LISTENER);
}
