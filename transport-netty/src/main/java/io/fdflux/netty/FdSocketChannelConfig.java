package io.fdflux.netty;

import static io.netty.channel.ChannelOption.ALLOW_HALF_CLOSURE;
import static io.netty.channel.ChannelOption.IP_TOS;
import static io.netty.channel.ChannelOption.SO_KEEPALIVE;
import static io.netty.channel.ChannelOption.SO_LINGER;
import static io.netty.channel.ChannelOption.SO_RCVBUF;
import static io.netty.channel.ChannelOption.SO_REUSEADDR;
import static io.netty.channel.ChannelOption.SO_SNDBUF;
import static io.netty.channel.ChannelOption.TCP_NODELAY;

import io.fdflux.posix.Platform;
import io.fdflux.posix.SocketOption;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;
import java.util.Map;

/** The options of a TCP connection. What is known without asking the kernel is not asked: a connection makes no such call. */
final class FdSocketChannelConfig extends DefaultChannelConfig implements SocketChannelConfig {

    /** Linux gives an accepted socket the listener's TCP_NODELAY; for the others that is not verified. */
    static final boolean NODELAY_IS_INHERITED = Platform.current().os() == Platform.Os.LINUX;

    private static final int CLOSE_DRAIN_MILLIS = 10_000;
    private static final int LINGER_OFF = -1;

    private final SocketOptions options;
    private volatile boolean allowHalfClosure;
    private volatile int soLinger = LINGER_OFF;
    private volatile int closeDrainMillis = CLOSE_DRAIN_MILLIS;
    private volatile boolean noDelay;

    FdSocketChannelConfig(FdSocketChannel channel, boolean accepted) {
        super(channel);
        options = new SocketOptions(channel);
        if (accepted && NODELAY_IS_INHERITED) {
            noDelay = true;
        } else if (accepted) {
            // Fails where the peer has reset already (EINVAL on macOS): the first read tells that, to this connection
            // alone.
            noDelay = options.trySet(SocketOption.NODELAY, 1);
        } else {
            setTcpNoDelay(true);
        }
    }

    int closeDrainMillis() {
        return closeDrainMillis;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(
                super.getOptions(),
                SO_RCVBUF,
                SO_SNDBUF,
                TCP_NODELAY,
                SO_KEEPALIVE,
                SO_REUSEADDR,
                SO_LINGER,
                IP_TOS,
                ALLOW_HALF_CLOSURE,
                FdChannelOption.CLOSE_DRAIN_MILLIS);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T getOption(ChannelOption<T> option) {
        Object value = null;
        if (option == SO_RCVBUF) {
            value = getReceiveBufferSize();
        } else if (option == SO_SNDBUF) {
            value = getSendBufferSize();
        } else if (option == TCP_NODELAY) {
            value = isTcpNoDelay();
        } else if (option == SO_KEEPALIVE) {
            value = isKeepAlive();
        } else if (option == SO_REUSEADDR) {
            value = isReuseAddress();
        } else if (option == SO_LINGER) {
            value = getSoLinger();
        } else if (option == IP_TOS) {
            value = getTrafficClass();
        } else if (option == ALLOW_HALF_CLOSURE) {
            value = isAllowHalfClosure();
        } else if (option == FdChannelOption.CLOSE_DRAIN_MILLIS) {
            value = closeDrainMillis;
        }
        return value != null ? (T) value : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option == SO_RCVBUF) {
            setReceiveBufferSize((Integer) value);
        } else if (option == SO_SNDBUF) {
            setSendBufferSize((Integer) value);
        } else if (option == TCP_NODELAY) {
            setTcpNoDelay((Boolean) value);
        } else if (option == SO_KEEPALIVE) {
            setKeepAlive((Boolean) value);
        } else if (option == SO_REUSEADDR) {
            setReuseAddress((Boolean) value);
        } else if (option == SO_LINGER) {
            setSoLinger((Integer) value);
        } else if (option == IP_TOS) {
            setTrafficClass((Integer) value);
        } else if (option == ALLOW_HALF_CLOSURE) {
            setAllowHalfClosure((Boolean) value);
        } else if (option == FdChannelOption.CLOSE_DRAIN_MILLIS) {
            setCloseDrainMillis((Integer) value);
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    private void setCloseDrainMillis(int millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("CLOSE_DRAIN_MILLIS is not negative: " + millis);
        }
        closeDrainMillis = millis;
    }

    @Override
    public boolean isTcpNoDelay() {
        return noDelay;
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(boolean value) {
        if (noDelay != value) {
            options.set(SocketOption.NODELAY, value);
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
        options.setLinger(seconds);
        soLinger = Math.max(seconds, LINGER_OFF);
        return this;
    }

    @Override
    public int getSendBufferSize() {
        return options.get(SocketOption.SNDBUF);
    }

    @Override
    public SocketChannelConfig setSendBufferSize(int bytes) {
        options.set(SocketOption.SNDBUF, bytes);
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return options.get(SocketOption.RCVBUF);
    }

    @Override
    public SocketChannelConfig setReceiveBufferSize(int bytes) {
        options.set(SocketOption.RCVBUF, bytes);
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return options.isOn(SocketOption.KEEPALIVE);
    }

    @Override
    public SocketChannelConfig setKeepAlive(boolean keepAlive) {
        options.set(SocketOption.KEEPALIVE, keepAlive);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return options.get(SocketOptions.trafficClass());
    }

    @Override
    public SocketChannelConfig setTrafficClass(int value) {
        options.set(SocketOptions.trafficClass(), value);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return options.isOn(SocketOption.REUSEADDR);
    }

    @Override
    public SocketChannelConfig setReuseAddress(boolean reuse) {
        options.set(SocketOption.REUSEADDR, reuse);
        return this;
    }

    @Override
    public SocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this; // of no effect, as in the JDK
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public SocketChannelConfig setAllowHalfClosure(boolean allow) {
        allowHalfClosure = allow;
        return this;
    }

    @Override
    public SocketChannelConfig setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setMaxMessagesPerRead(int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return this;
    }

    @Override
    public SocketChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setWriteBufferHighWaterMark(int bytes) {
        super.setWriteBufferHighWaterMark(bytes);
        return this;
    }

    @Override
    @Deprecated
    public SocketChannelConfig setWriteBufferLowWaterMark(int bytes) {
        super.setWriteBufferLowWaterMark(bytes);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
        super.setWriteBufferWaterMark(mark);
        return this;
    }

    @Override
    public SocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    protected void autoReadCleared() {
        ((FdSocketChannel) channel).autoReadCleared();
    }
}
