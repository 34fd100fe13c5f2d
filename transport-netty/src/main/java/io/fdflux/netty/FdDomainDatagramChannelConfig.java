package io.fdflux.netty;

import io.netty.channel.unix.DomainDatagramChannelConfig;

/** The options of a Unix-domain datagram socket. */
final class FdDomainDatagramChannelConfig extends FdMessageChannelConfig<DomainDatagramChannelConfig>
        implements DomainDatagramChannelConfig {

    private static final OptionTable<FdDomainDatagramChannelConfig> OPTIONS = tableOf(ChannelKind.UNIX_DATAGRAM);

    FdDomainDatagramChannelConfig(FdDomainDatagramChannel channel) {
        super(channel, OPTIONS, new SocketOptions(channel));
    }
}
