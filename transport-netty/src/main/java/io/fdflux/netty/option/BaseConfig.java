package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;

/**
 * The options of a channel, looked up in its {@link OptionTable}.
 *
 * <pre>
 * option or value                              | result of setOption
 * ---------------------------------------------+-------------------------------------------
 * channels of this kind do not have the option | false, as in {@link DefaultChannelConfig}
 * the operating system lacks the option        | {@link UnsupportedOperationException}
 * wrong type, or out of range                  | {@link IllegalArgumentException}
 * the kernel refuses the value                 | {@link io.netty.channel.ChannelException}
 * </pre>
 *
 * @param <S> the return type of the setters
 */
abstract class BaseConfig<S extends ChannelConfig> extends DefaultChannelConfig {

    private final EngineUnsafe unsafe;
    private final OptionTable<?> table;
    private final SocketOptions socket;

    BaseConfig(EngineUnsafe unsafe, OptionTable<?> table, SocketOptions socket) {
        super(unsafe.channel());
        this.unsafe = unsafe;
        this.table = table;
        this.socket = socket;
    }

    BaseConfig(EngineUnsafe unsafe, OptionTable<?> table, SocketOptions socket, RecvByteBufAllocator receiveAllocator) {
        super(unsafe.channel(), receiveAllocator);
        this.unsafe = unsafe;
        this.table = table;
        this.socket = socket;
    }

    final EngineUnsafe unsafe() {
        return unsafe;
    }

    /** {@return the options of the socket in the kernel} */
    final SocketOptions socket() {
        return socket;
    }

    @SuppressWarnings("unchecked") // a subclass names itself
    final S self() {
        return (S) this;
    }

    @SuppressWarnings("unchecked") // the table belongs to this class, and an entry has its option's type
    private <T> OptionEntry<BaseConfig<?>, T> entry(ChannelOption<T> option) {
        return (OptionEntry<BaseConfig<?>, T>) table.find(Objects.requireNonNull(option, "option"));
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        Map<ChannelOption<?>, Object> options = super.getOptions();
        for (OptionEntry<?, ?> entry : table.entries()) {
            Object value = entry.listed() ? getOption(entry.option()) : null;
            if (value != null) {
                options.put(entry.option(), value);
            }
        }
        return options;
    }

    /** {@return the value; null if the option is unknown, or the system lacks it} */
    @Override
    @SuppressWarnings("unchecked") // Netty's option classes fix the types
    public <T> T getOption(ChannelOption<T> option) {
        OptionEntry<BaseConfig<?>, T> entry = entry(option);
        if (entry != null) {
            return entry.get(this);
        }
        if (option instanceof IntegerUnixChannelOption integer) { // a switch on types would spin a class at each start
            return (T) socket.integer(integer);
        }
        return option instanceof RawUnixChannelOption raw ? (T) socket.raw(raw) : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        OptionEntry<BaseConfig<?>, T> entry = entry(option);
        if (entry == null) {
            return setOther(option, value);
        }
        validate(option, value);
        entry.set(this, value);
        return true;
    }

    private <T> boolean setOther(ChannelOption<T> option, T value) {
        try {
            validate(option, value);
            if (option instanceof IntegerUnixChannelOption integer) {
                socket.setInteger(integer, (Integer) value);
            } else if (option instanceof RawUnixChannelOption raw) {
                socket.setRaw(raw, (ByteBuffer) value);
            } else {
                return super.setOption(option, value);
            }
            return true;
        } catch (ClassCastException e) {
            IllegalArgumentException wrong = OptionEntry.wrongType(option, "declared by its constant", value);
            wrong.initCause(e);
            throw wrong;
        }
    }

    @Override
    protected void autoReadCleared() {
        unsafe.autoReadCleared();
    }

    // ---- methods of several of Netty's interfaces, which subclasses implement

    public int getSendBufferSize() {
        return getOption(ChannelOption.SO_SNDBUF);
    }

    public S setSendBufferSize(int bytes) {
        setOption(ChannelOption.SO_SNDBUF, bytes);
        return self();
    }

    public int getReceiveBufferSize() {
        return getOption(ChannelOption.SO_RCVBUF);
    }

    public S setReceiveBufferSize(int bytes) {
        setOption(ChannelOption.SO_RCVBUF, bytes);
        return self();
    }

    public boolean isReuseAddress() {
        return getOption(ChannelOption.SO_REUSEADDR);
    }

    public S setReuseAddress(boolean reuse) {
        setOption(ChannelOption.SO_REUSEADDR, reuse);
        return self();
    }

    public int getTrafficClass() {
        return getOption(ChannelOption.IP_TOS);
    }

    public S setTrafficClass(int trafficClass) {
        setOption(ChannelOption.IP_TOS, trafficClass);
        return self();
    }

    public S setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return self(); // of no effect, as in the JDK
    }

    @Override
    public S setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return self();
    }

    @Override
    @Deprecated
    public S setMaxMessagesPerRead(int messages) {
        super.setMaxMessagesPerRead(messages);
        return self();
    }

    @Override
    public S setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return self();
    }

    @Override
    public S setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return self();
    }

    @Override
    public S setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        boolean byUser = socket != null; // skips the call by Netty's constructor for each connection
        if (byUser && !(allocator.newHandle() instanceof RecvByteBufAllocator.ExtendedHandle)) {
            throw new IllegalArgumentException(
                    "RECVBUF_ALLOCATOR: handles of " + allocator + " are no RecvByteBufAllocator.ExtendedHandle");
        }
        super.setRecvByteBufAllocator(allocator);
        return self();
    }

    @Override
    public S setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return self();
    }

    @Override
    public S setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return self();
    }

    @Override
    @Deprecated
    public S setWriteBufferHighWaterMark(int bytes) {
        super.setWriteBufferHighWaterMark(bytes);
        return self();
    }

    @Override
    @Deprecated
    public S setWriteBufferLowWaterMark(int bytes) {
        super.setWriteBufferLowWaterMark(bytes);
        return self();
    }

    @Override
    public S setWriteBufferWaterMark(WriteBufferWaterMark mark) {
        super.setWriteBufferWaterMark(mark);
        return self();
    }

    @Override
    public S setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return self();
    }
}
