package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.channel.unix.DomainSocketChannelConfig;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import java.util.Objects;

/** The options of a Unix-domain stream. */
public final class UnixStreamConfig extends StreamConfig<UnixStreamConfig>
        implements DomainSocketChannelConfig, DuplexChannelConfig {

    private static final OptionTable<UnixStreamConfig> OPTIONS = StreamConfig.<UnixStreamConfig>tableOf(
                    ChannelKind.UNIX_STREAM)
            .with(
                    UnixChannelOption.DOMAIN_SOCKET_READ_MODE,
                    DomainSocketReadMode.class,
                    UnixStreamConfig::getReadMode,
                    UnixStreamConfig::setReadMode);

    private volatile DomainSocketReadMode readMode = DomainSocketReadMode.BYTES;

    public UnixStreamConfig(EngineUnsafe unsafe) {
        super(unsafe, OPTIONS, new SocketOptions(unsafe));
    }

    @Override
    public DomainSocketReadMode getReadMode() {
        return readMode;
    }

    @Override
    public UnixStreamConfig setReadMode(DomainSocketReadMode mode) {
        readMode = Objects.requireNonNull(mode, "mode");
        return this;
    }
}
