package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.posix.socket.IncomingDatagrams;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;

/**
 * The options of datagram sockets of every family.
 *
 * @param <S> the return type of the setters
 */
public abstract class MessageConfig<S extends ChannelConfig> extends BaseConfig<S> {

    private static final int RECEIVE_BYTES = 2048;

    private volatile boolean activeOnRegister;
    private volatile int maxDatagramPayloadSize;
    private volatile boolean truncationAsEvent;

    MessageConfig(EngineUnsafe unsafe, OptionTable<?> table, SocketOptions socket) {
        super(unsafe, table, socket, new FixedRecvByteBufAllocator(RECEIVE_BYTES));
    }

    @SuppressWarnings("deprecation") // nothing replaces it
    static <C extends MessageConfig<?>> OptionTable<C> tableOf(ChannelKind kind) {
        return OptionTable.<C>of(kind)
                .with(
                        ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION,
                        Boolean.class,
                        MessageConfig::isActiveOnRegister,
                        MessageConfig::setActiveOnRegister)
                .with(
                        OptionKeys.MAX_DATAGRAM_PAYLOAD_SIZE,
                        Integer.class,
                        MessageConfig::getMaxDatagramPayloadSize,
                        MessageConfig::setMaxDatagramPayloadSize)
                .with(
                        OptionKeys.DATAGRAM_TRUNCATION_AS_EVENT,
                        Boolean.class,
                        MessageConfig::isTruncationAsEvent,
                        MessageConfig::setTruncationAsEvent);
    }

    public final boolean isActiveOnRegister() {
        return activeOnRegister;
    }

    private void setActiveOnRegister(boolean active) {
        activeOnRegister = active;
    }

    public final boolean isTruncationAsEvent() {
        return truncationAsEvent;
    }

    private void setTruncationAsEvent(boolean asEvent) {
        truncationAsEvent = asEvent;
    }

    /**
     * {@return the size, or 0 where a buffer receives one datagram: by choice, or because the system lacks recvmmsg(2)}
     */
    public final int getMaxDatagramPayloadSize() {
        return IncomingDatagrams.severalAtOnce() ? maxDatagramPayloadSize : 0;
    }

    private void setMaxDatagramPayloadSize(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    "MAX_DATAGRAM_PAYLOAD_SIZE is 0 (one datagram per buffer) or positive, not " + bytes);
        }
        maxDatagramPayloadSize = bytes;
    }

    /** {@return whether the kernel reports each datagram's destination} */
    public boolean reportsDestination() {
        return false;
    }

    /** {@return whether the kernel may merge datagrams of one sender} */
    public boolean isReceiveOffload() {
        return false;
    }
}
