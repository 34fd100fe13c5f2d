package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;

/** The options of a listening Unix-domain socket. */
public final class UnixListenerConfig extends ListenerConfig<UnixListenerConfig> {

    private static final OptionTable<UnixListenerConfig> OPTIONS = tableOf(ChannelKind.UNIX_LISTENER);

    public UnixListenerConfig(EngineUnsafe unsafe) {
        super(unsafe, OPTIONS, new SocketOptions(unsafe));
    }
}
