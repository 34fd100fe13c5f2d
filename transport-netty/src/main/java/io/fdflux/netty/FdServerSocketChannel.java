package io.fdflux.netty;

import io.fdflux.netty.channel.FirstReadGuess;
import io.fdflux.netty.channel.ListenerChannel;
import io.fdflux.netty.channel.NewSocket;
import io.fdflux.netty.inet.FamilyChoice;
import io.fdflux.netty.inet.InternetFamily;
import io.fdflux.netty.inet.InternetSocket;
import io.fdflux.netty.option.TcpListenerConfig;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.AcceptQueue;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.fdflux.posix.socket.Sockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A listening TCP socket over the engine. */
public final class FdServerSocketChannel extends ListenerChannel implements ServerSocketChannel {

    private final InternetSocket socket;
    private final TcpListenerConfig config;
    private final AcceptQueue queue = new AcceptQueue();
    private boolean acceptsPlainStreams = true;

    /**
     * Opens a socket for both Internet families. Where the system has no such sockets, the family is that of the
     * address that the channel binds.
     *
     * @throws ChannelException if the process has no descriptors left
     */
    public FdServerSocketChannel() {
        this(FamilyChoice.current());
    }

    /**
     * Opens a socket of one family. INET6 serves IPv4 too where the system allows it, as
     * {@link #FdServerSocketChannel()} does.
     *
     * @param family INET or INET6
     * @throws ChannelException if the process has no descriptors left, or the system lacks the family
     */
    public FdServerSocketChannel(SocketProtocolFamily family) {
        this(InternetFamily.of(family));
    }

    FdServerSocketChannel(FamilyChoice choice) {
        this(choice, choice.first());
    }

    private FdServerSocketChannel(InternetFamily family) {
        this(FamilyChoice.FIXED, family);
    }

    private FdServerSocketChannel(FamilyChoice choice, InternetFamily family) {
        this(NewSocket.toListen(() -> choice.tcp(family)), choice, family);
    }

    /**
     * Adopts a bound socket that was opened elsewhere, for instance by systemd. The constructor makes the socket
     * non-blocking and listens with the backlog of {@link io.netty.util.NetUtil#SOMAXCONN}. Connections already in the
     * backlog are accepted. Register the channel, do not bind it: {@code new ServerBootstrap().channelFactory(()
     * -> channel)...register()}.
     *
     * @param bound a bound TCP socket, listening or not; closed with the channel, still the caller's if this throws
     * @throws IOException              if it is not open, no socket, or cannot listen
     * @throws IllegalArgumentException if it is a socket of another kind, or not bound
     */
    public FdServerSocketChannel(Descriptor bound) throws IOException {
        this(bound, FamilyChoice.FIXED, InternetFamily.adopt(bound, true));
        adopt(number -> {
            InetSocketAddress local = Sockets.localAddress(number);
            if (local.getPort() == 0) {
                throw new IllegalArgumentException(bound + " is not bound; a new channel can be bound");
            }
            acceptsPlainStreams = Sockets.isStream(number);
            listen();
            listening(local);
            return local;
        });
    }

    private FdServerSocketChannel(Descriptor descriptor, FamilyChoice choice, InternetFamily family) {
        super(descriptor);
        socket = InternetSocket.of(ownUnsafe(), choice, family, choice::tcp);
        config = new TcpListenerConfig(ownUnsafe(), socket);
    }

    /** {@return whether a short read of an accepted connection proves that its socket is drained} */
    boolean acceptsPlainStreams() {
        return acceptsPlainStreams;
    }

    InternetFamily family() {
        return socket.family();
    }

    TcpListenerConfig options() {
        return config;
    }

    @Override
    public ServerSocketChannelConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return null; // a listener has no peer
    }

    @Override
    protected SocketAddress kernelLocalAddress() {
        return Sockets.localAddress(number());
    }

    @Override
    protected void bindTo(SocketAddress address) throws IOException {
        socket.bind(address);
        listen();
    }

    private void listen() throws IOException {
        Sockets.listen(number(), config.getBacklog());
        config.listening();
    }

    @Override
    protected int waiting() {
        return queue.length(number());
    }

    @Override
    protected Channel child(Descriptor accepted, SocketAddressBuffer peer, FirstReadGuess firstReads) {
        InetSocketAddress local = localAddress();
        // A listener that is bound to a wildcard asks the kernel for the local address of each connection.
        boolean exact = local != null && !local.getAddress().isAnyLocalAddress();
        return new FdSocketChannel(this, accepted, peer.decode(), exact ? local : null, firstReads);
    }
}
