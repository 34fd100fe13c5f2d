package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.netty.inet.InternetSocket;
import io.fdflux.posix.TcpInfo;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.FastOpen;
import io.fdflux.posix.socket.SocketOption;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannelConfig;

/**
 * The options of a TCP connection. Values with a known default are cached, so that a new connection makes no call
 * for them.
 */
public final class TcpConfig extends StreamConfig<SocketChannelConfig> implements SocketChannelConfig {

    /**
     * On Linux an accepted socket inherits TCP_NODELAY (inet_csk_clone_lock() in net/ipv4/inet_connection_sock.c). On
     * other systems that is not verified.
     */
    static final boolean NODELAY_IS_INHERITED = Platform.current().os() == Platform.Os.LINUX;

    private static final OptionTable<TcpConfig> OPTIONS = StreamConfig.<TcpConfig>tableOf(ChannelKind.TCP)
            .withTcp(TcpConfig::signatureKeys)
            .with(ChannelOption.TCP_NODELAY, Boolean.class, TcpConfig::isTcpNoDelay, TcpConfig::setTcpNoDelay)
            .with(ChannelOption.SO_LINGER, Integer.class, TcpConfig::getSoLinger, TcpConfig::setSoLinger)
            .with(
                    ChannelOption.TCP_FASTOPEN_CONNECT,
                    Boolean.class,
                    TcpConfig::isFastOpenConnect,
                    TcpConfig::setFastOpenConnect)
            .with(OptionKeys.TCP_INFO, TcpInfo.class, config -> config.socket().tcpInfo(), null);

    private static final int LINGER_OFF = -1;

    private volatile int soLinger = LINGER_OFF;
    private volatile boolean noDelay;
    private volatile boolean fastOpenConnect;
    /** The keys of the listener, if it may have any. */
    private final SignatureKeys inheritedKeys;

    private SignatureKeys signatureKeys;

    /** The options of a socket that is to connect. */
    public TcpConfig(EngineUnsafe unsafe, InternetSocket socket) {
        super(unsafe, OPTIONS, new SocketOptions(unsafe, socket));
        inheritedKeys = null;
        setTcpNoDelay(true);
    }

    /** The options of an accepted connection. */
    public TcpConfig(EngineUnsafe unsafe, InternetSocket socket, TcpListenerConfig listener) {
        super(unsafe, OPTIONS, new SocketOptions(unsafe, socket));
        inheritedKeys = listener.signatureKeys();
        // The call fails if the peer has already reset (EINVAL on macOS, setsockopt(2)). The first read reports the
        // reset, to this connection alone.
        noDelay = NODELAY_IS_INHERITED ? listener.isTcpNoDelay() : socket().trySet(SocketOption.NODELAY, 1);
    }

    /** Reads SO_LINGER of an adopted connection, because a close that lingers needs a thread of its own. */
    public void adopted() {
        soLinger = socket().linger();
    }

    private synchronized SignatureKeys signatureKeys() {
        if (signatureKeys == null) {
            signatureKeys = socket().signatureKeys(inheritedKeys);
        }
        return signatureKeys;
    }

    public boolean isFastOpenConnect() {
        return fastOpenConnect;
    }

    private void setFastOpenConnect(boolean with) {
        KernelOption.requireAvailable(
                ChannelOption.TCP_FASTOPEN_CONNECT, FastOpen.isAvailable(), "supported on linux only");
        fastOpenConnect = with;
    }

    @Override
    public boolean isTcpNoDelay() {
        return noDelay;
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(boolean value) {
        if (noDelay != value) {
            socket().set(SocketOption.NODELAY, value ? 1 : 0);
            noDelay = value;
        }
        return this;
    }

    @Override
    public int getSoLinger() {
        return soLinger;
    }

    @Override
    public SocketChannelConfig setSoLinger(int seconds) {
        socket().setLinger(seconds);
        soLinger = Math.max(seconds, LINGER_OFF);
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return getOption(ChannelOption.SO_KEEPALIVE);
    }

    @Override
    public SocketChannelConfig setKeepAlive(boolean keepAlive) {
        setOption(ChannelOption.SO_KEEPALIVE, keepAlive);
        return this;
    }
}
