package io.fdflux.netty;

import io.fdflux.netty.channel.NewSocket;
import io.fdflux.netty.datagram.MessageChannel;
import io.fdflux.netty.datagram.MulticastGroups;
import io.fdflux.netty.inet.FamilyChoice;
import io.fdflux.netty.inet.InternetFamily;
import io.fdflux.netty.inet.InternetSocket;
import io.fdflux.netty.option.MessageConfig;
import io.fdflux.netty.option.UdpConfig;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.IncomingDatagrams;
import io.fdflux.posix.socket.Multicast;
import io.fdflux.posix.socket.MulticastSending;
import io.fdflux.posix.socket.OutgoingDatagrams;
import io.fdflux.posix.socket.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.util.Objects;

/**
 * A UDP socket over the engine: unicast, connected or not, broadcast, multicast.
 *
 * <p>On Linux a socket for both Internet families joins groups of both. On other systems IPv4 groups may need a channel
 * of {@link SocketProtocolFamily#INET}. Linux, macOS and FreeBSD can select and block sources. Where the system has
 * UDP_SEGMENT (Linux, udp(7)), a {@link SegmentedDatagramPacket} can be sent. With {@link FdChannelOption#UDP_GRO} the
 * channel splits merged datagrams and delivers the original ones.
 */
public final class FdDatagramChannel extends MessageChannel implements DatagramChannel {

    private final InternetSocket socket;
    private final UdpConfig config;
    private final MulticastGroups groups;
    /** The address that bind(2) assigned; null before. */
    private InetSocketAddress bound;

    /**
     * Opens a socket for both Internet families. Where the system has no such sockets, the family is that of the first
     * address that the channel binds, connects to or sends to.
     *
     * @throws ChannelException if the process has no descriptors left
     */
    public FdDatagramChannel() {
        this(FamilyChoice.current());
    }

    /**
     * Opens a socket of one family. INET6 serves IPv4 too where the system allows it, as
     * {@link #FdDatagramChannel()} does.
     *
     * @param family INET or INET6; null for the default of {@link #FdDatagramChannel()}
     * @throws ChannelException if the process has no descriptors left, or the system lacks the family
     */
    public FdDatagramChannel(SocketProtocolFamily family) {
        this(
                family == null ? FamilyChoice.current() : FamilyChoice.FIXED,
                family == null ? FamilyChoice.current().first() : InternetFamily.of(family));
    }

    /**
     * Opens a socket of one family, by the enum of older Netty versions.
     *
     * @param family null for the default of {@link #FdDatagramChannel()}
     * @throws ChannelException if the process has no descriptors left, or the system lacks the family
     * @deprecated use {@link #FdDatagramChannel(SocketProtocolFamily)}
     */
    @Deprecated
    public FdDatagramChannel(InternetProtocolFamily family) {
        this(family == null ? null : family.toSocketProtocolFamily());
    }

    /**
     * Adopts a socket that was opened elsewhere: bound, connected, or neither. The constructor makes the socket
     * non-blocking, and the channel is active.
     *
     * @param socket a UDP socket; closed with the channel, still the caller's if this throws
     * @throws IOException              if it is not open, or no socket
     * @throws IllegalArgumentException if it is a socket of another kind
     */
    public FdDatagramChannel(Descriptor socket) throws IOException {
        this(socket, FamilyChoice.FIXED, InternetFamily.adopt(socket, false));
        adopt(number -> {
            config.adopted();
            bound = (InetSocketAddress) kernelLocalAddress();
            opened(Sockets.remoteAddress(number));
            return bound;
        });
    }

    FdDatagramChannel(FamilyChoice choice) {
        this(choice, choice.first());
    }

    private FdDatagramChannel(FamilyChoice choice, InternetFamily family) {
        this(NewSocket.forDatagrams(() -> open(choice, family)), choice, family);
    }

    private FdDatagramChannel(Descriptor descriptor, FamilyChoice choice, InternetFamily family) {
        super(descriptor);
        socket = InternetSocket.of(ownUnsafe(), choice, family, to -> open(choice, to));
        config = new UdpConfig(ownUnsafe(), socket);
        groups = new MulticastGroups(ownUnsafe(), socket);
    }

    private static Descriptor open(FamilyChoice choice, InternetFamily family) throws IOException {
        Descriptor socket = choice.udp(family);
        MulticastSending.ownGroupsOnly(socket.number(), family.isIpv6());
        return socket;
    }

    /** {@return whether this system can send a {@link SegmentedDatagramPacket}; true on Linux} */
    public static boolean isSegmentedDatagramPacketSupported() {
        return OutgoingDatagrams.segmentsAvailable();
    }

    @Override
    public DatagramChannelConfig config() {
        return config;
    }

    @Override
    protected MessageConfig<?> messageConfig() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) localAddress0();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) remoteAddress0();
    }

    @Override
    protected SocketAddress peerAt(SocketAddress connectedTo) {
        return InternetFamily.peerAt(number(), (InetSocketAddress) connectedTo);
    }

    @Override
    protected SocketAddress kernelLocalAddress() {
        InetSocketAddress local = Sockets.localAddress(number());
        return local == null || local.getPort() == 0 ? null : local; // the first send assigns a port
    }

    @Override
    protected void bindTo(SocketAddress address) throws IOException {
        socket.bind(address);
        bound = Sockets.localAddress(number());
    }

    @Override
    protected void disconnected() throws IOException {
        // Linux releases a port that it chose itself, even on a bound socket: net/ipv4/udp.c, __udp_disconnect().
        if (bound != null && kernelLocalAddress() == null) {
            socket.bindAgain(bound);
        }
        socket.disconnected();
    }

    @Override
    protected InetSocketAddress checked(SocketAddress recipient) throws IOException {
        return socket.toSend(recipient);
    }

    @Override
    protected InetSocketAddress checkedPeer(SocketAddress peer) throws IOException {
        socket.settleFor(InternetFamily.resolved(peer).getAddress());
        return checked(peer);
    }

    @Override
    protected int connectTo(SocketAddress checked) {
        return Sockets.connect(number(), (InetSocketAddress) checked, socket.isIpv6());
    }

    @Override
    protected void address(OutgoingDatagrams datagrams, SocketAddress checked) {
        datagrams.recipient((InetSocketAddress) checked, socket.isIpv6());
    }

    @Override
    protected SocketAddress sender(IncomingDatagrams datagrams, int index) {
        InetSocketAddress sender = datagrams.sender(index);
        return sender != null ? sender : remoteAddress();
    }

    @Override
    protected Object incoming(ByteBuf content, SocketAddress sender, InetSocketAddress destination) {
        InetSocketAddress recipient = destination != null ? destination : localAddress();
        return new DatagramPacket(content, recipient, (InetSocketAddress) sender);
    }

    @Override
    protected IOException truncation(SocketAddress sender, int length, int bufferBytes) {
        return new DatagramTruncatedException(sender, length, bufferBytes);
    }

    @Override
    protected Object outgoing(AddressedEnvelope<?, ?> envelope, ByteBuf content, SocketAddress checked) {
        return envelope instanceof SegmentedDatagramPacket packet
                ? packet.replace(content)
                : new DatagramPacket(content, (InetSocketAddress) checked);
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (message instanceof SegmentedDatagramPacket && !isSegmentedDatagramPacketSupported()) {
            throw new UnsupportedOperationException(
                    Platform.current().os().key() + " cannot split a packet into datagrams (UDP_SEGMENT), as a "
                            + SegmentedDatagramPacket.class.getSimpleName() + " needs; send one packet per datagram");
        }
        return super.filterOutboundMessage(message);
    }

    // ---- multicast

    @Override
    public ChannelFuture joinGroup(InetAddress group) {
        return joinGroup(group, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, ChannelPromise promise) {
        return groups.onUsualInterface(Multicast::join, group, null, promise);
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface on) {
        return joinGroup(group, on, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface on, ChannelPromise promise) {
        return groups.on(Multicast::join, group, on, null, promise);
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, NetworkInterface on, InetAddress source) {
        return joinGroup(group, on, source, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        return groups.on(Multicast::join, group, on, source, promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group) {
        return leaveGroup(group, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, ChannelPromise promise) {
        return groups.onUsualInterface(Multicast::leave, group, null, promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface on) {
        return leaveGroup(group, on, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface on, ChannelPromise promise) {
        return groups.on(Multicast::leave, group, on, null, promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, NetworkInterface on, InetAddress source) {
        return leaveGroup(group, on, source, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(
            InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        return groups.on(Multicast::leave, group, on, source, promise);
    }

    @Override
    public ChannelFuture block(InetAddress group, NetworkInterface on, InetAddress source) {
        return block(group, on, source, newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        return groups.on(Multicast::block, group, on, Objects.requireNonNull(source, "sourceToBlock"), promise);
    }

    @Override
    public ChannelFuture block(InetAddress group, InetAddress source) {
        return block(group, source, newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress group, InetAddress source, ChannelPromise promise) {
        return groups.onUsualInterface(
                Multicast::block, group, Objects.requireNonNull(source, "sourceToBlock"), promise);
    }
}
