package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.netty.channel.unix.DomainDatagramChannelConfig;

/** The options of a Unix-domain datagram socket. */
public final class UnixDatagramConfig extends MessageConfig<DomainDatagramChannelConfig>
        implements DomainDatagramChannelConfig {

    private static final OptionTable<UnixDatagramConfig> OPTIONS = tableOf(ChannelKind.UNIX_DATAGRAM);

    public UnixDatagramConfig(EngineUnsafe unsafe) {
        super(unsafe, OPTIONS, new SocketOptions(unsafe));
    }
}
