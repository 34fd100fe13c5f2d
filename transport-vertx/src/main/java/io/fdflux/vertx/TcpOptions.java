package io.fdflux.vertx;

import io.fdflux.netty.FdChannelOption;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.net.TcpOption;

/**
 * The options of a connection that Vert.x gives to native transports. Those that a user left at their default are not
 * set: it costs a call per connection, and a system may lack them. Where a system lacks an option that was asked for,
 * the connect or bind fails and names it.
 */
final class TcpOptions {

    /** Takes an option, as Netty's bootstraps do. */
    @FunctionalInterface
    interface Target {
        <T> void option(ChannelOption<T> option, T value);
    }

    private static final TcpConfig DEFAULTS = new TcpConfig();

    private TcpOptions() {}

    static void connection(TcpConfig config, Target target) {
        set(config, TcpOption.FASTOPEN_CONNECT, target, ChannelOption.TCP_FASTOPEN_CONNECT);
        established(config, target);
    }

    static void listener(TcpConfig config, ServerBootstrap bootstrap) {
        set(config, TcpOption.FASTOPEN, bootstrap::option, ChannelOption.TCP_FASTOPEN);
        established(config, bootstrap::childOption);
    }

    private static void established(TcpConfig config, Target target) {
        set(config, TcpOption.USER_TIMEOUT, target, FdChannelOption.TCP_USER_TIMEOUT);
        set(config, TcpOption.QUICKACK, target, FdChannelOption.TCP_QUICKACK);
        set(config, TcpOption.CORK, target, FdChannelOption.TCP_CORK);
        set(config, TcpOption.KEEPCNT, target, FdChannelOption.TCP_KEEPCNT);
        set(config, TcpOption.KEEPINTVL, target, FdChannelOption.TCP_KEEPINTVL);
        set(config, TcpOption.KEEPIDLE, target, FdChannelOption.TCP_KEEPIDLE);
    }

    private static <T> void set(TcpConfig config, TcpOption<T> option, Target target, ChannelOption<T> channelOption) {
        T value = config.getOption(option);
        if (value != null && !value.equals(DEFAULTS.getOption(option))) {
            target.option(channelOption, value);
        }
    }
}
