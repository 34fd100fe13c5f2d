package io.fdflux.netty.option;

import java.util.EnumSet;
import java.util.Set;

/** The kind of a channel's socket, which decides its options. */
enum ChannelKind {
    TCP,
    TCP_LISTENER,
    UDP,
    UNIX_STREAM,
    UNIX_LISTENER,
    UNIX_DATAGRAM;

    static final Set<ChannelKind> ALL = EnumSet.allOf(ChannelKind.class);
    static final Set<ChannelKind> INTERNET = EnumSet.of(TCP, TCP_LISTENER, UDP);
    /** Options that a connection may inherit from its listener; set there, they cost no call per connection. */
    static final Set<ChannelKind> TCP_AND_LISTENER = EnumSet.of(TCP, TCP_LISTENER);
}
