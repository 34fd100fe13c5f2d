package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.netty.inet.InternetSocket;
import io.fdflux.posix.socket.MulticastSending;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannelConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;

/** The options of a UDP socket. */
public final class UdpConfig extends MessageConfig<DatagramChannelConfig> implements DatagramChannelConfig {

    private static final OptionTable<UdpConfig> OPTIONS = MessageConfig.<UdpConfig>tableOf(ChannelKind.UDP)
            .with(ChannelOption.IP_MULTICAST_ADDR, InetAddress.class, UdpConfig::getInterface, UdpConfig::setInterface)
            .with(
                    ChannelOption.IP_MULTICAST_IF,
                    NetworkInterface.class,
                    UdpConfig::getNetworkInterface,
                    UdpConfig::setNetworkInterface)
            .with(ChannelOption.IP_MULTICAST_TTL, Integer.class, UdpConfig::getTimeToLive, UdpConfig::setTimeToLive)
            .with(
                    ChannelOption.IP_MULTICAST_LOOP_DISABLED,
                    Boolean.class,
                    UdpConfig::isLoopbackModeDisabled,
                    UdpConfig::setLoopbackModeDisabled)
            .with(OptionKeys.UDP_GRO, Boolean.class, UdpConfig::isReceiveOffload, UdpConfig::setReceiveOffload)
            .with(
                    OptionKeys.IP_RECVORIGDSTADDR,
                    Boolean.class,
                    UdpConfig::reportsDestination,
                    UdpConfig::setReportDestination);

    private static final int LONGEST_DATAGRAM = 64 * 1024;

    private final InternetSocket internet;
    /** The default allocator. */
    private final MaxMessagesRecvByteBufAllocator receiveBuffers = getRecvByteBufAllocator();

    private volatile boolean receiveOffload;
    private volatile boolean reportsDestination;

    public UdpConfig(EngineUnsafe unsafe, InternetSocket socket) {
        super(unsafe, OPTIONS, new SocketOptions(unsafe, socket));
        this.internet = socket;
    }

    /** A call that the kernel may refuse. */
    private interface Call<T> {
        T make(int fd, boolean ipv6) throws IOException;
    }

    private <T> T call(Call<T> call) {
        try {
            return unsafe().leased(number -> call.make(number, internet.isIpv6()));
        } catch (IOException e) {
            throw new ChannelException(e);
        }
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

    @Override
    public boolean isReceiveOffload() {
        return receiveOffload;
    }

    private void setReceiveOffload(boolean joins) {
        KernelOption.requireAvailable(OptionKeys.UDP_GRO, SocketOption.UDP_GRO.isAvailable(), "");
        boolean result = receiveOffload;
        receiveOffload |= joins; // before the kernel merges any, because the loop may be receiving
        try {
            socket().set(SocketOption.UDP_GRO, joins ? 1 : 0);
            result = joins;
        } finally {
            receiveOffload = result;
        }
        fitReceiveBuffers();
    }

    /** Enlarges the default buffers, because the kernel merges up to one maximum datagram. A user's allocator stays. */
    private void fitReceiveBuffers() {
        if (receiveOffload && getRecvByteBufAllocator() == receiveBuffers) {
            setRecvByteBufAllocator(new FixedRecvByteBufAllocator(LONGEST_DATAGRAM)
                    .maxMessagesPerRead(receiveBuffers.maxMessagesPerRead()));
        }
    }

    /** Reads the options that the previous owner of the socket may have set. */
    public void adopted() {
        boolean ipv6 = internet.isIpv6();
        receiveOffload = isOn(SocketOption.UDP_GRO);
        reportsDestination = isOn(ipv6 ? SocketOption.RECVORIGDSTADDR6 : SocketOption.RECVORIGDSTADDR);
        fitReceiveBuffers();
    }

    private boolean isOn(SocketOption option) {
        return SocketOptionCalls.get(unsafe().fd(), option) > 0;
    }

    @Override
    public boolean reportsDestination() {
        return reportsDestination;
    }

    private void setReportDestination(boolean report) {
        KernelOption.requireAvailable(OptionKeys.IP_RECVORIGDSTADDR, SocketOption.RECVORIGDSTADDR.isAvailable(), "");
        socket().set(SocketOption.RECVORIGDSTADDR, SocketOption.RECVORIGDSTADDR6, report ? 1 : 0);
        reportsDestination = report;
    }

    // ---- multicast

    @Override
    public boolean isLoopbackModeDisabled() {
        return !call(MulticastSending::loopback);
    }

    @Override
    public DatagramChannelConfig setLoopbackModeDisabled(boolean disabled) {
        socket().set(
                        ChannelOption.IP_MULTICAST_LOOP_DISABLED,
                        false,
                        (fd, ipv6) -> MulticastSending.setLoopback(fd, ipv6, !disabled));
        return this;
    }

    @Override
    public int getTimeToLive() {
        return call(MulticastSending::hops);
    }

    @Override
    public DatagramChannelConfig setTimeToLive(int hops) {
        socket().set(ChannelOption.IP_MULTICAST_TTL, false, (fd, ipv6) -> MulticastSending.setHops(fd, ipv6, hops));
        return this;
    }

    /** {@return the first address of the interface that multicast is sent from; null if routing decides} */
    @Override
    public InetAddress getInterface() {
        NetworkInterface on = getNetworkInterface();
        return on == null ? null : on.inetAddresses().findFirst().orElse(null);
    }

    @Override
    public DatagramChannelConfig setInterface(InetAddress address) {
        return call((fd, ipv6) -> {
            NetworkInterface on = NetworkInterface.getByInetAddress(address);
            if (on == null) {
                throw new IllegalArgumentException("no interface of this machine has the address " + address);
            }
            return setNetworkInterface(on);
        });
    }

    @Override
    public NetworkInterface getNetworkInterface() {
        return call(MulticastSending::getInterface);
    }

    @Override
    public DatagramChannelConfig setNetworkInterface(NetworkInterface on) {
        socket().set(ChannelOption.IP_MULTICAST_IF, false, (fd, ipv6) -> MulticastSending.setInterface(fd, ipv6, on));
        return this;
    }
}
