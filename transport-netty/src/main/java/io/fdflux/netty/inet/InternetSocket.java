package io.fdflux.netty.inet;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.posix.socket.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * The Internet socket of a channel: what binds and connects it, as its family has to be done. This one keeps the family
 * that it was opened with, {@link FollowingSocket} follows the address. Loop thread, but for {@link #isIpv6()},
 * {@link #ipv6Only} and {@link #set}.
 */
public class InternetSocket {

    /** A socket option that is to be set. */
    public interface Setting {
        void apply(int fd, boolean ipv6) throws IOException;
    }

    final EngineUnsafe unsafe;
    /** Written by the loop alone. */
    volatile InternetFamily family;

    public InternetSocket(EngineUnsafe unsafe, InternetFamily family) {
        this.unsafe = unsafe;
        this.family = family;
    }

    /** The socket of a channel, by its choice. */
    public static InternetSocket of(
            EngineUnsafe unsafe, FamilyChoice choice, InternetFamily family, FollowingSocket.Opener opener) {
        return choice == FamilyChoice.FIXED
                ? new InternetSocket(unsafe, family)
                : new FollowingSocket(unsafe, choice, family, opener);
    }

    public final InternetFamily family() {
        return family;
    }

    public final boolean isIpv6() {
        return family.isIpv6();
    }

    /** bind(2), to what the user gave. */
    public void bind(SocketAddress address) throws IOException {
        Sockets.bind(unsafe.fd(), family.checked(address), isIpv6());
    }

    /** bind(2) again, to an address that the kernel had given it. */
    public final void bindAgain(InetSocketAddress address) throws IOException {
        Sockets.bind(unsafe.fd(), address, isIpv6());
    }

    /** The address of a peer to connect to; the socket has the family for it. */
    public InetSocketAddress toConnect(SocketAddress peer) throws IOException {
        return family.checked(peer);
    }

    /** The same address again, right before connect(2): binding may have come between. */
    public InetSocketAddress stillToConnect(InetSocketAddress peer) {
        return peer;
    }

    /** The recipient of a datagram; the socket has the family for it. */
    public InetSocketAddress toSend(SocketAddress recipient) throws IOException {
        return family.checked(recipient);
    }

    /** A group is joined or left, or a datagram socket connected: the socket has the family for it, and keeps it. */
    public void settleFor(InetAddress address) throws IOException {}

    /** The association of a datagram socket is dissolved. */
    public void disconnected() {}

    /** IPV6_V6ONLY was set, or taken back. Any thread. */
    public void ipv6Only(boolean only) {}

    /**
     * Sets an option. Any thread.
     *
     * @param option what identifies it
     * @param ofIpv6 whether IPv4 sockets do not have it
     */
    public void set(Object option, boolean ofIpv6, Setting setting) throws IOException {
        unsafe.leased(number -> {
            setting.apply(number, isIpv6());
            return null;
        });
    }
}
