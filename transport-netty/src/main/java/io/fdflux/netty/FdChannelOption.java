package io.fdflux.netty;

import io.netty.channel.ChannelOption;

/** Options that only channels of this transport have. */
public final class FdChannelOption {

    /**
     * How long {@code close()} keeps a connection whose socket is full, so that what was flushed reaches the peer; in
     * milliseconds, 0 to give up what the socket does not take at once. The default is 10,000.
     */
    public static final ChannelOption<Integer> CLOSE_DRAIN_MILLIS =
            ChannelOption.valueOf(FdChannelOption.class, "CLOSE_DRAIN_MILLIS");

    private FdChannelOption() {}
}
