package io.fdflux.netty;

import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannelConfig;
import java.net.InetAddress;
import java.net.NetworkInterface;

/** The options of a datagram socket. */
final class FdDatagramChannelConfig extends FdChannelConfig<DatagramChannelConfig> implements DatagramChannelConfig {

    @SuppressWarnings("deprecation") // nothing replaces it
    private static final OptionTable<FdDatagramChannelConfig> OPTIONS = OptionTable.<FdDatagramChannelConfig>of(
                    ChannelKind.UDP)
            .with(
                    ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION,
                    Boolean.class,
                    FdDatagramChannelConfig::isActiveOnRegister,
                    FdDatagramChannelConfig::setActiveOnRegister);

    private static final int RECEIVE_BYTES = 2048;

    private volatile boolean activeOnRegister;

    FdDatagramChannelConfig(FdDatagramChannel channel) {
        super(
                channel,
                OPTIONS,
                new SocketOptions(channel, InternetFamily.preferred().isIpv6()),
                new FixedRecvByteBufAllocator(RECEIVE_BYTES));
    }

    boolean isActiveOnRegister() {
        return activeOnRegister;
    }

    private void setActiveOnRegister(boolean active) {
        activeOnRegister = active;
    }

    @Override
    public boolean isBroadcast() {
        return getOption(ChannelOption.SO_BROADCAST);
    }

    @Override
    public DatagramChannelConfig setBroadcast(boolean broadcast) {
        setOption(ChannelOption.SO_BROADCAST, broadcast);
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
}
