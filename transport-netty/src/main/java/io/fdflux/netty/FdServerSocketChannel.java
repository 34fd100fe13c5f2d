package io.fdflux.netty;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.SocketAddressBuffer;
import io.fdflux.posix.Sockets;
import io.netty.channel.Channel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A listening TCP socket over the engine. */
public final class FdServerSocketChannel extends FdListenerChannel implements ServerSocketChannel {

    private final InternetFamily family;
    private final FdServerSocketChannelConfig config;

    /**
     * Opens a socket, for both Internet families where the system lets one serve both.
     *
     * @throws UncheckedIOException if the process has no descriptors left
     */
    public FdServerSocketChannel() {
        this(InternetFamily.preferred());
    }

    /**
     * Opens a socket of one family. INET6 serves IPv4 too where the system lets it, as {@link #FdServerSocketChannel()} does.
     *
     * @param family INET or INET6
     * @throws UncheckedIOException if the process has no descriptors left, or the system lacks the family
     */
    public FdServerSocketChannel(SocketProtocolFamily family) {
        this(InternetFamily.of(family));
    }

    private FdServerSocketChannel(InternetFamily family) {
        super(open(family));
        this.family = family;
        config = new FdServerSocketChannelConfig(this, family);
    }

    private static Descriptor open(InternetFamily family) {
        try {
            return Sockets.tcp(family.isIpv6());
        } catch (IOException e) {
            throw new UncheckedIOException("no socket to listen on", e);
        }
    }

    InternetFamily family() {
        return family;
    }

    FdServerSocketChannelConfig options() {
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
    SocketAddress kernelLocalAddress() {
        return Sockets.localAddress(number());
    }

    @Override
    void bindTo(SocketAddress address) throws IOException {
        Sockets.bind(number(), family.checked(address), family.isIpv6());
        Sockets.listen(number(), config.getBacklog());
        config.listening();
    }

    @Override
    Channel child(Descriptor accepted, SocketAddressBuffer peer, FirstReadGuess firstReads) {
        InetSocketAddress local = localAddress();
        // One that is bound to a wildcard gives each connection the address that its peer came to.
        boolean exact = local != null && !local.getAddress().isAnyLocalAddress();
        return new FdSocketChannel(this, accepted, peer.decode(), exact ? local : null, firstReads);
    }
}
