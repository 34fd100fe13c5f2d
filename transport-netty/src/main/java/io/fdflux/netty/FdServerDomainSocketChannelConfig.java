package io.fdflux.netty;

/** The options of a listening Unix-domain socket. */
final class FdServerDomainSocketChannelConfig extends FdListenerChannelConfig<FdServerDomainSocketChannelConfig> {

    private static final OptionTable<FdServerDomainSocketChannelConfig> OPTIONS = tableOf(ChannelKind.UNIX_LISTENER);

    FdServerDomainSocketChannelConfig(FdServerDomainSocketChannel channel) {
        super(channel, OPTIONS, new SocketOptions(channel));
    }
}
