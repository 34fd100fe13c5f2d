package io.fdflux.netty;

import io.fdflux.posix.socket.Multicast;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;

/** The groups of a UDP channel. Any thread: what is asked for is done on the loop. */
final class MulticastGroups {

    /** What to do about a group: {@link Multicast#join} and its like. */
    interface Request {
        void make(int fd, boolean ipv6, InetAddress group, NetworkInterface on, InetAddress source) throws IOException;
    }

    private final FdDatagramChannel channel;

    MulticastGroups(FdDatagramChannel channel) {
        this.channel = channel;
    }

    /** On the interface that groups are sent to from, or that has the local address; else on one of the system's choice. */
    ChannelFuture onUsualInterface(Request request, InetAddress group, InetAddress source, ChannelPromise promise) {
        try {
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

    ChannelFuture on(
            Request request, InetSocketAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        if (group.isUnresolved()) {
            promise.tryFailure(
                    new UnknownHostException(group.getHostString() + " is not resolved; a group is an address"));
            return promise;
        }
        return on(request, group.getAddress(), on, source, promise);
    }

    ChannelFuture on(
            Request request, InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        return ask(request, group, Objects.requireNonNull(on, "networkInterface"), source, promise);
    }

    private ChannelFuture ask(
            Request request, InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        Objects.requireNonNull(group, "multicastAddress");
        channel.onLoop(() -> make(request, group, on, source, promise));
        return promise;
    }

    private void make(
            Request request, InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        try {
            channel.socket().settleFor(group);
            channel.leased(number -> {
                request.make(number, channel.socket().isIpv6(), group, on, source);
                return null;
            });
            promise.trySuccess();
        } catch (IOException | RuntimeException e) {
            promise.tryFailure(e);
        }
    }
}
