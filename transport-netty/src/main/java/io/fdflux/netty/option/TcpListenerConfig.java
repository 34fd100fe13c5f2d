package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.netty.inet.InternetSocket;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.TcpOptions;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannelConfig;

/** The options of a listening TCP socket. */
public final class TcpListenerConfig extends ListenerConfig<ServerSocketChannelConfig>
        implements ServerSocketChannelConfig {

    private static final OptionTable<TcpListenerConfig> OPTIONS = ListenerConfig.<TcpListenerConfig>tableOf(
                    ChannelKind.TCP_LISTENER)
            .withTcp(TcpListenerConfig::signatureKeys)
            .with(
                    ChannelOption.TCP_NODELAY,
                    Boolean.class,
                    TcpListenerConfig::isTcpNoDelay,
                    TcpListenerConfig::setTcpNoDelay)
            .with(
                    ChannelOption.TCP_FASTOPEN,
                    Integer.class,
                    TcpListenerConfig::fastOpen,
                    TcpListenerConfig::setFastOpen)
            .with(
                    OptionKeys.SO_ACCEPTFILTER,
                    String.class,
                    config -> TcpOptions.hasAcceptFilters() ? config.acceptFilter.name() : null,
                    (config, name) -> config.setAcceptFilter(AcceptFilter.named(name)))
            .with(
                    OptionKeys.NETTY_ACCEPT_FILTER,
                    Object.class,
                    config -> config.acceptFilter.given(),
                    (config, filter) -> config.setAcceptFilter(AcceptFilter.ofNetty(filter)));

    /** macOS accepts the option on a listening socket only, tcp(4). */
    private static final boolean FASTOPEN_AFTER_LISTEN = Platform.current().os() == Platform.Os.MACOS;

    private static final boolean FASTOPEN_IS_SWITCH = Platform.current().os() != Platform.Os.LINUX;

    private volatile boolean noDelay;
    private volatile int fastOpen;
    private volatile AcceptFilter acceptFilter = AcceptFilter.NONE;
    private volatile boolean listening;
    private final SignatureKeys signatureKeys;

    public TcpListenerConfig(EngineUnsafe unsafe, InternetSocket socket) {
        super(unsafe, OPTIONS, new SocketOptions(unsafe, socket));
        signatureKeys = socket().signatureKeys(null);
        setReuseAddress(true);
        if (TcpConfig.NODELAY_IS_INHERITED) {
            // One call here saves one call per connection.
            setTcpNoDelay(true);
        }
    }

    boolean isTcpNoDelay() {
        return noDelay;
    }

    private void setTcpNoDelay(boolean value) {
        socket().set(SocketOption.NODELAY, value ? 1 : 0);
        noDelay = value;
    }

    SignatureKeys signatureKeys() {
        return signatureKeys;
    }

    private int fastOpen() {
        return fastOpen;
    }

    private void setFastOpen(int waitingConnections) {
        KernelOption.requireAvailable(ChannelOption.TCP_FASTOPEN, SocketOption.FASTOPEN.isAvailable(), "");
        if (waitingConnections < 0) {
            throw new IllegalArgumentException("TCP_FASTOPEN is not negative: " + waitingConnections);
        }
        if (listening || !FASTOPEN_AFTER_LISTEN) {
            applyFastOpen(waitingConnections);
        }
        fastOpen = waitingConnections;
    }

    private void applyFastOpen(int waitingConnections) {
        socket().set(SocketOption.FASTOPEN, FASTOPEN_IS_SWITCH ? Math.min(waitingConnections, 1) : waitingConnections);
    }

    private void setAcceptFilter(AcceptFilter filter) {
        KernelOption.requireAvailable(
                OptionKeys.SO_ACCEPTFILTER, TcpOptions.hasAcceptFilters(), "use TCP_DEFER_ACCEPT on linux");
        if (listening) {
            socket().setAcceptFilter(filter);
        }
        acceptFilter = filter;
    }

    /** Sets the options that the kernel accepts only after listen(2). */
    public void listening() {
        listening = true;
        if (FASTOPEN_AFTER_LISTEN && fastOpen > 0) {
            applyFastOpen(fastOpen);
        }
        if (!acceptFilter.name().isEmpty()) {
            socket().setAcceptFilter(acceptFilter);
        }
    }
}
