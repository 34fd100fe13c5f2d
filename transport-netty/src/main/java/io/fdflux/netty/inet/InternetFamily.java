package io.fdflux.netty.inet;

import io.fdflux.netty.channel.DescriptorCall;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.AdoptedSockets;
import io.fdflux.posix.socket.Sockets;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** The family of an Internet socket, and the addresses that it accepts. */
public enum InternetFamily {
    IPV4,
    /** Also serves IPv4 through mapped addresses, where the OS has such sockets (not OpenBSD, inet6(4)). */
    IPV6;

    private static final class Preferred {
        static final InternetFamily FAMILY =
                !Boolean.getBoolean("java.net.preferIPv4Stack") && Sockets.dualStackAvailable() ? IPV6 : IPV4;
    }

    /** {@return the default family: the one that serves both, where there is one} */
    public static InternetFamily preferred() {
        return Preferred.FAMILY;
    }

    /** {@return the family of an adopted socket} Also makes the socket non-blocking. */
    public static InternetFamily adopt(Descriptor socket, boolean stream) throws IOException {
        return DescriptorCall.on(socket, number -> AdoptedSockets.internet(socket, stream)) ? IPV6 : IPV4;
    }

    public static InternetFamily of(SocketProtocolFamily family) {
        return switch (family) {
            case INET -> IPV4;
            case INET6 -> IPV6;
            case UNIX ->
                throw new IllegalArgumentException("an Internet socket is INET or INET6; UNIX has channels of its own");
        };
    }

    public boolean isIpv6() {
        return this == IPV6;
    }

    /**
     * {@return the resolved address, if a socket of this family accepts it} The exception otherwise names the
     * given address.
     */
    InetSocketAddress checked(SocketAddress address) {
        InetSocketAddress internet = resolved(address);
        boolean taken = this == IPV4
                ? !(internet.getAddress() instanceof Inet6Address)
                : !(internet.getAddress() instanceof Inet4Address) || Sockets.dualStackAvailable();
        if (!taken) {
            throw new IllegalArgumentException("this socket is of family " + this + " only and cannot use " + internet
                    + "; open the channel with SocketProtocolFamily." + (this == IPV4 ? "INET6" : "INET"));
        }
        return internet;
    }

    /** {@return a resolved Internet address} The exception otherwise names the given address. */
    public static InetSocketAddress resolved(SocketAddress address) {
        if (!(address instanceof InetSocketAddress internet)) {
            throw new IllegalArgumentException("an InetSocketAddress is needed, not " + address);
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedHostException(internet.getHostString());
        }
        return internet;
    }

    /**
     * {@return the peer of a connected socket} A connect to a wildcard address reaches this host, at an address of the
     * kernel's choice (Linux: net/ipv4/route.c, ip_route_output_key_hash_rcu()).
     */
    public static InetSocketAddress peerAt(int number, InetSocketAddress connectedTo) {
        if (!connectedTo.getAddress().isAnyLocalAddress()) {
            return connectedTo;
        }
        InetSocketAddress peer = Sockets.remoteAddress(number);
        return peer != null ? peer : connectedTo; // null: the peer has already gone
    }
}
