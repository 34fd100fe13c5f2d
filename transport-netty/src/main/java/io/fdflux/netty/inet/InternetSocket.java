package io.fdflux.netty.inet;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.posix.socket.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Binds and connects the Internet socket of a channel, according to its family. This class keeps the family of the open
 * call; {@link FollowingSocket} follows the address. Loop thread only, except {@link #isIpv6()}, {@link #ipv6Only} and
 * {@link #set}.
 */
public class InternetSocket {

    /** Sets one socket option. */
    public interface Setting {
        void apply(int fd, boolean ipv6) throws IOException;
    }

    final EngineUnsafe unsafe;
    /** Written by the loop only. */
    volatile InternetFamily family;

    public InternetSocket(EngineUnsafe unsafe, InternetFamily family) {
        this.unsafe = unsafe;
        this.family = family;
    }

    /** Creates the socket object for a choice of family. */
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

    /** Binds to the user's address. */
    public void bind(SocketAddress address) throws IOException {
        Sockets.bind(unsafe.fd(), family.checked(address), isIpv6());
    }

    /** Binds again to an address that the kernel assigned earlier. */
    public final void bindAgain(InetSocketAddress address) throws IOException {
        Sockets.bind(unsafe.fd(), address, isIpv6());
    }

    /** {@return the peer's address for a connect} Changes the family if necessary. */
    public InetSocketAddress toConnect(SocketAddress peer) throws IOException {
        return family.checked(peer);
    }

    /**
     * {@return the peer's address right before connect(2)} A bind may have changed the socket since {@link #toConnect}.
     */
    public InetSocketAddress stillToConnect(InetSocketAddress peer) {
        return peer;
    }

    /** {@return the recipient's address for a send} Changes the family if necessary. */
    public InetSocketAddress toSend(SocketAddress recipient) throws IOException {
        return family.checked(recipient);
    }

    /** Fixes the family, before a join, a leave or the connect of a datagram socket. */
    public void settleFor(InetAddress address) throws IOException {}

    /** Frees the family, because a datagram socket has been disconnected. */
    public void disconnected() {}

    /** Notes a change of IPV6_V6ONLY. Any thread. */
    public void ipv6Only(boolean only) {}

    /**
     * Sets an option. Any thread.
     *
     * @param option the option's identity
     * @param ofIpv6 whether only IPv6 sockets have the option
     */
    public void set(Object option, boolean ofIpv6, Setting setting) throws IOException {
        unsafe.leased(number -> {
            setting.apply(number, isIpv6());
            return null;
        });
    }
}
