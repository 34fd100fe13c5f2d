package io.fdflux.netty;

import io.fdflux.engine.stream.BufferMemory;
import io.fdflux.netty.channel.DescriptorCall;
import io.fdflux.netty.channel.FirstReadGuess;
import io.fdflux.netty.channel.NewSocket;
import io.fdflux.netty.channel.StreamChannel;
import io.fdflux.netty.inet.FamilyChoice;
import io.fdflux.netty.inet.InternetFamily;
import io.fdflux.netty.inet.InternetSocket;
import io.fdflux.netty.option.TcpConfig;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.FastOpen;
import io.fdflux.posix.socket.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A TCP connection over the engine. With an SO_LINGER of 0, {@link #close()} resets the connection, and the peer loses
 * its unread bytes. With a larger SO_LINGER, close(2) waits for the peer, on a thread of its own.
 */
public final class FdSocketChannel extends StreamChannel implements SocketChannel {

    private final InternetSocket socket;
    private final TcpConfig config;

    /**
     * Opens a socket for both Internet families. Where the system has no such sockets, the family is that of the first
     * address that the channel binds or connects to.
     *
     * @throws ChannelException if the process has no descriptors left
     */
    public FdSocketChannel() {
        this(FamilyChoice.current());
    }

    /**
     * Opens a socket of one family. INET6 serves IPv4 too where the system allows it, as
     * {@link #FdSocketChannel()} does.
     *
     * @param family INET or INET6
     * @throws ChannelException if the process has no descriptors left, or the system lacks the family
     */
    public FdSocketChannel(SocketProtocolFamily family) {
        this(InternetFamily.of(family));
    }

    FdSocketChannel(FamilyChoice choice) {
        this(choice, choice.first());
    }

    private FdSocketChannel(InternetFamily family) {
        this(FamilyChoice.FIXED, family);
    }

    private FdSocketChannel(FamilyChoice choice, InternetFamily family) {
        super(NewSocket.toConnect(() -> choice.tcp(family)));
        socket = InternetSocket.of(ownUnsafe(), choice, family, choice::tcp);
        config = new TcpConfig(ownUnsafe(), socket);
    }

    FdSocketChannel(
            FdServerSocketChannel parent,
            Descriptor accepted,
            InetSocketAddress remote,
            InetSocketAddress local,
            FirstReadGuess firstReads) {
        super(parent, accepted, remote, local, firstReads);
        socket = new InternetSocket(ownUnsafe(), parent.family());
        config = new TcpConfig(ownUnsafe(), socket, parent.options());
        if (!parent.acceptsPlainStreams()) {
            notPlainStream();
        }
    }

    /**
     * Adopts a connected socket that was opened elsewhere. The constructor makes it non-blocking.
     *
     * @param connected a connected TCP socket; closed with the channel, still the caller's if this throws
     * @throws IOException              if it is not open, or no socket
     * @throws IllegalArgumentException if it is a socket of another kind, or not connected
     */
    public FdSocketChannel(Descriptor connected) throws IOException {
        this(connected, InternetFamily.adopt(connected, true));
        adopt(number -> {
            config.adopted();
            if (!Sockets.isStream(number)) {
                notPlainStream();
            }
            return null;
        });
    }

    private FdSocketChannel(Descriptor connected, InternetFamily family) throws IOException {
        super(
                null,
                connected,
                DescriptorCall.on(connected, number -> peerOf(connected)),
                DescriptorCall.on(connected, Sockets::localAddress),
                null);
        socket = new InternetSocket(ownUnsafe(), family);
        config = new TcpConfig(ownUnsafe(), socket);
    }

    private static InetSocketAddress peerOf(Descriptor socket) {
        InetSocketAddress peer = Sockets.remoteAddress(socket.number());
        if (peer == null) {
            throw new IllegalArgumentException(socket + " is not connected; a new channel can be connected");
        }
        return peer;
    }

    @Override
    public ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    public SocketChannelConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    protected SocketAddress peerAt(SocketAddress connectedTo) {
        return InternetFamily.peerAt(number(), (InetSocketAddress) connectedTo);
    }

    @Override
    protected SocketAddress kernelLocalAddress() {
        return Sockets.localAddress(number());
    }

    @Override
    protected void bindTo(SocketAddress address) throws IOException {
        socket.bind(address);
    }

    @Override
    protected SocketAddress checkedRemote(SocketAddress address) throws IOException {
        return socket.toConnect(address);
    }

    @Override
    protected int connectTo(SocketAddress checked) {
        InetSocketAddress remote = socket.stillToConnect((InetSocketAddress) checked);
        int result = config.isFastOpenConnect() ? connectWithData(remote) : -Errno.EOPNOTSUPP;
        return result == -Errno.EOPNOTSUPP ? Sockets.connect(number(), remote, socket.isIpv6()) : result;
    }

    /** Sends the first pending write with the SYN, as many bytes as fit; the rest follows after the connect. */
    private int connectWithData(InetSocketAddress remote) {
        ChannelOutboundBuffer out = unsafe().outboundBuffer();
        out.addFlush();
        if (!(out.current() instanceof ByteBuf data) || !data.isReadable() || data.nioBufferCount() != 1) {
            return -Errno.EOPNOTSUPP;
        }
        int taken =
                FastOpen.connect(number(), remote, socket.isIpv6(), BufferMemory.readable(data), data.readableBytes());
        if (taken < 0) {
            return taken;
        }
        out.removeBytes(taken);
        return -Errno.EINPROGRESS;
    }

    @Override
    protected boolean halfCloses() {
        return config.isAllowHalfClosure();
    }

    @Override
    protected int lingerSeconds() {
        return config.getSoLinger();
    }
}
