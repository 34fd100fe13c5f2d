package io.fdflux.netty.datagram;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.netty.inet.InternetSocket;
import io.fdflux.posix.socket.Multicast;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;

/** Joins and leaves the groups of a UDP channel. Any thread; the loop makes the calls. */
public final class MulticastGroups {

    /** A call about a group: {@link Multicast#join} and its like. */
    public interface Request {
        void make(int fd, boolean ipv6, InetAddress group, NetworkInterface on, InetAddress source) throws IOException;
    }

    private final EngineUnsafe unsafe;
    private final InternetSocket socket;

    public MulticastGroups(EngineUnsafe unsafe, InternetSocket socket) {
        this.unsafe = unsafe;
        this.socket = socket;
    }

    /**
     * The interface that the channel sends to groups from, else the one with the local address, else the
     * system's choice.
     */
    public ChannelFuture onUsualInterface(
            Request request, InetAddress group, InetAddress source, ChannelPromise promise) {
        try {
            DatagramChannel channel = (DatagramChannel) unsafe.channel();
            if (!channel.isOpen()) {
                throw new ClosedChannelException(); // it has no options to ask for
            }
            NetworkInterface sending = channel.config().getNetworkInterface();
            InetSocketAddress local = channel.localAddress();
            NetworkInterface on =
                    sending != null || local == null ? sending : NetworkInterface.getByInetAddress(local.getAddress());
            return ask(request, group, on, source, promise);
        } catch (IOException | ChannelException e) {
            promise.tryFailure(e); // it may have been cancelled
            return promise;
        }
    }

    public ChannelFuture on(
            Request request, InetSocketAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        if (group.isUnresolved()) {
            promise.tryFailure(
                    new UnknownHostException(group.getHostString() + " is not resolved; a group is an address"));
            return promise;
        }
        return on(request, group.getAddress(), on, source, promise);
    }

    public ChannelFuture on(
            Request request, InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        return ask(request, group, Objects.requireNonNull(on, "networkInterface"), source, promise);
    }

    private ChannelFuture ask(
            Request request, InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        Objects.requireNonNull(group, "multicastAddress");
        unsafe.onLoop(() -> make(request, group, on, source, promise));
        return promise;
    }

    private void make(
            Request request, InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        try {
            socket.settleFor(group);
            unsafe.leased(number -> {
                request.make(number, socket.isIpv6(), group, on, source);
                return null;
            });
            promise.trySuccess();
        } catch (IOException | RuntimeException e) {
            promise.tryFailure(e);
        }
    }
}
