package io.fdflux.netty;

import io.fdflux.netty.channel.FirstReadGuess;
import io.fdflux.netty.channel.ListenerChannel;
import io.fdflux.netty.channel.NewSocket;
import io.fdflux.netty.option.UnixListenerConfig;
import io.fdflux.netty.unix.DomainAddresses;
import io.fdflux.netty.unix.SocketFile;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.posix.socket.UnixSockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.ServerDomainSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * A listening Unix-domain socket over the engine, bound to a {@link DomainSocketAddress}. The address is a path, or on
 * Linux an abstract name, which begins with NUL. Closing the channel deletes the file that bind(2) created. A bind
 * replaces the file of a killed program unless another process has its socket open.
 */
public final class FdServerDomainSocketChannel extends ListenerChannel implements ServerDomainSocketChannel {

    private final UnixListenerConfig config = new UnixListenerConfig(ownUnsafe());
    private SocketFile file;

    /**
     * Opens a socket.
     *
     * @throws ChannelException if the process has no descriptors left
     */
    public FdServerDomainSocketChannel() {
        super(NewSocket.toListen(UnixSockets::stream));
    }

    /**
     * Adopts a bound socket that was opened elsewhere, for instance by systemd. The constructor makes the socket
     * non-blocking and listens with the backlog of {@link io.netty.util.NetUtil#SOMAXCONN}. Closing the channel does
     * not delete the socket's file. Register the channel, do not bind it.
     *
     * @param bound a bound Unix-domain stream socket, listening or not; closed with the channel, still the caller's if
     *     this throws
     * @throws IOException              if it is not open, no socket, or cannot listen
     * @throws IllegalArgumentException if it is a socket of another kind, or not bound
     */
    public FdServerDomainSocketChannel(Descriptor bound) throws IOException {
        super(DomainAddresses.adopt(bound, true));
        adopt(number -> {
            SocketAddress local = kernelLocalAddress();
            if (local == null) {
                throw new IllegalArgumentException(bound + " is not bound; a new channel can be bound");
            }
            Sockets.listen(number, config.getBacklog());
            listening(local);
            return local;
        });
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public DomainSocketAddress localAddress() {
        return (DomainSocketAddress) super.localAddress();
    }

    @Override
    public DomainSocketAddress remoteAddress() {
        return null; // a listener has no peer
    }

    @Override
    protected SocketAddress kernelLocalAddress() {
        String path = UnixSockets.localPath(number());
        return path == null ? null : new DomainSocketAddress(path);
    }

    @Override
    protected void bindTo(SocketAddress address) throws IOException {
        file = SocketFile.bind(
                number(), DomainAddresses.pathOf(address), () -> Sockets.listen(number(), config.getBacklog()));
    }

    @Override
    protected Channel child(Descriptor accepted, SocketAddressBuffer peer, FirstReadGuess firstReads) {
        return new FdDomainSocketChannel(this, accepted, DomainAddresses.of(peer.decodePath()), firstReads);
    }

    @Override
    protected void doClose() throws Exception {
        SocketFile bound = file;
        file = null;
        if (bound != null) {
            bound.delete();
        }
        super.doClose();
    }
}
