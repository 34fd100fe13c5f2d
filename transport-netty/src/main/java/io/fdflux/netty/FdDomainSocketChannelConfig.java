package io.fdflux.netty;

import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.channel.unix.DomainSocketChannelConfig;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import java.util.Objects;

/** The options of a Unix-domain stream. */
final class FdDomainSocketChannelConfig extends FdStreamChannelConfig<FdDomainSocketChannelConfig>
        implements DomainSocketChannelConfig, DuplexChannelConfig {

    private static final OptionTable<FdDomainSocketChannelConfig> OPTIONS =
            FdStreamChannelConfig.<FdDomainSocketChannelConfig>tableOf(ChannelKind.UNIX_STREAM)
                    .with(
                            UnixChannelOption.DOMAIN_SOCKET_READ_MODE,
                            DomainSocketReadMode.class,
                            FdDomainSocketChannelConfig::getReadMode,
                            FdDomainSocketChannelConfig::setReadMode);

    private volatile DomainSocketReadMode readMode = DomainSocketReadMode.BYTES;

    FdDomainSocketChannelConfig(FdDomainSocketChannel channel) {
        super(channel, OPTIONS, new SocketOptions(channel));
    }

    @Override
    public DomainSocketReadMode getReadMode() {
        return readMode;
    }

    @Override
    public FdDomainSocketChannelConfig setReadMode(DomainSocketReadMode mode) {
        readMode = Objects.requireNonNull(mode, "mode");
        return this;
    }
}
