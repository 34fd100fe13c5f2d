package io.fdflux.netty;

import static io.netty.channel.ChannelOption.IP_TOS;
import static io.netty.channel.ChannelOption.SO_BROADCAST;
import static io.netty.channel.ChannelOption.SO_RCVBUF;
import static io.netty.channel.ChannelOption.SO_REUSEADDR;
import static io.netty.channel.ChannelOption.SO_SNDBUF;

import io.fdflux.posix.SocketOption;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannelConfig;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Map;

/** The options of a datagram socket. */
final class FdDatagramChannelConfig extends DefaultChannelConfig implements DatagramChannelConfig {

    private static final int RECEIVE_BYTES = 2048;

    private final SocketOptions options;
    private volatile boolean activeOnRegister;

    FdDatagramChannelConfig(FdDatagramChannel channel) {
        super(channel, new FixedRecvByteBufAllocator(RECEIVE_BYTES));
        options = new SocketOptions(channel);
    }

    boolean isActiveOnRegister() {
        return activeOnRegister;
    }

    @Override
    @SuppressWarnings("deprecation")
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(
                super.getOptions(),
                SO_RCVBUF,
                SO_SNDBUF,
                SO_REUSEADDR,
                SO_BROADCAST,
                IP_TOS,
                ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION);
    }

    @Override
    @SuppressWarnings({"unchecked", "deprecation"})
    public <T> T getOption(ChannelOption<T> option) {
        Object value = null;
        if (option == SO_RCVBUF) {
            value = getReceiveBufferSize();
        } else if (option == SO_SNDBUF) {
            value = getSendBufferSize();
        } else if (option == SO_REUSEADDR) {
            value = isReuseAddress();
        } else if (option == SO_BROADCAST) {
            value = isBroadcast();
        } else if (option == IP_TOS) {
            value = getTrafficClass();
        } else if (option == ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION) {
            value = activeOnRegister;
        }
        return value != null ? (T) value : super.getOption(option);
    }

    @Override
    @SuppressWarnings("deprecation")
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option == SO_RCVBUF) {
            setReceiveBufferSize((Integer) value);
        } else if (option == SO_SNDBUF) {
            setSendBufferSize((Integer) value);
        } else if (option == SO_REUSEADDR) {
            setReuseAddress((Boolean) value);
        } else if (option == SO_BROADCAST) {
            setBroadcast((Boolean) value);
        } else if (option == IP_TOS) {
            setTrafficClass((Integer) value);
        } else if (option == ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION) {
            activeOnRegister = (Boolean) value;
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    @Override
    public int getSendBufferSize() {
        return options.get(SocketOption.SNDBUF);
    }

    @Override
    public DatagramChannelConfig setSendBufferSize(int bytes) {
        options.set(SocketOption.SNDBUF, bytes);
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return options.get(SocketOption.RCVBUF);
    }

    @Override
    public DatagramChannelConfig setReceiveBufferSize(int bytes) {
        options.set(SocketOption.RCVBUF, bytes);
        return this;
    }

    @Override
    public int getTrafficClass() {
        return options.get(SocketOptions.trafficClass());
    }

    @Override
    public DatagramChannelConfig setTrafficClass(int value) {
        options.set(SocketOptions.trafficClass(), value);
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return options.isOn(SocketOption.REUSEADDR);
    }

    @Override
    public DatagramChannelConfig setReuseAddress(boolean reuse) {
        options.set(SocketOption.REUSEADDR, reuse);
        return this;
    }

    @Override
    public boolean isBroadcast() {
        return options.isOn(SocketOption.BROADCAST);
    }

    @Override
    public DatagramChannelConfig setBroadcast(boolean broadcast) {
        options.set(SocketOption.BROADCAST, broadcast);
        return this;
    }

    // ---- multicast: not yet

    private static UnsupportedOperationException noMulticast() {
        return new UnsupportedOperationException("fdflux's datagram channel has no multicast options yet");
    }

    @Override
    public boolean isLoopbackModeDisabled() {
        return false;
    }

    @Override
    public DatagramChannelConfig setLoopbackModeDisabled(boolean disabled) {
        throw noMulticast();
    }

    @Override
    public int getTimeToLive() {
        return 1;
    }

    @Override
    public DatagramChannelConfig setTimeToLive(int hops) {
        throw noMulticast();
    }

    @Override
    public InetAddress getInterface() {
        return null;
    }

    @Override
    public DatagramChannelConfig setInterface(InetAddress address) {
        throw noMulticast();
    }

    @Override
    public NetworkInterface getNetworkInterface() {
        return null;
    }

    @Override
    public DatagramChannelConfig setNetworkInterface(NetworkInterface on) {
        throw noMulticast();
    }

    // ---- Netty's own, for chaining

    @Override
    public DatagramChannelConfig setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return this;
    }

    @Override
    public DatagramChannelConfig setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return this;
    }

    @Override
    @Deprecated
    public DatagramChannelConfig setMaxMessagesPerRead(int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public DatagramChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public DatagramChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public DatagramChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public DatagramChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    public DatagramChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public DatagramChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
        super.setWriteBufferWaterMark(mark);
        return this;
    }

    @Override
    protected void autoReadCleared() {
        ((FdDatagramChannel) channel).autoReadCleared();
    }
}
