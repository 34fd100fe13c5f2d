package io.fdflux.netty.inet;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.Sockets;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A socket whose family follows the address, on systems where one socket does not serve both ({@link FamilyChoice}). To
 * change the family, a new socket takes over the number by dup3(2). The descriptor, its owner and its users stay. The
 * options are set again on the new socket, and dup3(2) closes the old one.
 *
 * <pre>
 * call                             | state                       | effect
 * ---------------------------------+-----------------------------+----------------------------------------------
 * bind, one address                | not settled                 | takes the address's family
 * bind, wildcard                   | not settled                 | BY_ADDRESS: the address's family, else IPv6
 * connect of a stream              | not bound                   | takes the peer's family
 * connect of a stream              | bound to a wildcard         | the same, bound again to the same port
 * connect or send of datagrams,    | not bound, not settled      | BY_ADDRESS: takes the address's family.
 *   join                           |                             |   IPV4_APART: for connect and join
 * anything                         | else, the socket serves it  | the family stays
 * anything                         | else                        | IllegalArgumentException
 * </pre>
 *
 * A socket is settled once it has connected, sent or joined, because its family has been used.
 * {@code connect(remote, local)} chooses the family before it binds, so that a wildcard is one of the peer's family.
 * IPV6_V6ONLY set to true fixes the family, as a constructor does.
 */
final class FollowingSocket extends InternetSocket {

    /** A call such as {@link FamilyChoice#tcp}. */
    public interface Opener {
        Descriptor open(InternetFamily family) throws IOException;
    }

    private record Remembered(boolean ofIpv6, Setting setting) {}

    private final FamilyChoice choice;
    private final boolean dualStack;
    private final Opener opener;
    /** In the order of the last change. Guarded by this object, as is the change of the family. */
    private final Map<Object, Remembered> settings = new LinkedHashMap<>();

    private volatile boolean ipv6Only;
    /** The address that the kernel assigned at bind; null before. */
    private InetSocketAddress bound;

    private boolean settled;

    FollowingSocket(EngineUnsafe unsafe, FamilyChoice choice, InternetFamily family, Opener opener) {
        super(unsafe, family);
        this.choice = choice;
        this.dualStack = choice.isDualStack();
        this.opener = opener;
    }

    @Override
    public synchronized void set(Object option, boolean ofIpv6, Setting setting) throws IOException {
        super.set(option, ofIpv6, setting);
        settings.remove(option);
        settings.put(option, new Remembered(ofIpv6, setting));
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        InetSocketAddress local = InternetFamily.resolved(address);
        if (bound == null && !settled) {
            change(
                    isWildcard(local) && choice != FamilyChoice.BY_ADDRESS
                            ? InternetFamily.IPV6
                            : familyOf(local.getAddress()));
        }
        bindAgain(isWildcard(local) ? wildcard(local.getPort()) : checked(local));
        bound = Sockets.localAddress(unsafe.fd());
    }

    @Override
    public InetSocketAddress toConnect(SocketAddress peer) throws IOException {
        InetSocketAddress remote = InternetFamily.resolved(peer);
        InternetFamily wanted = familyOf(remote.getAddress());
        if (wanted != family && (bound == null || isWildcard(bound))) {
            change(wanted);
            if (bound != null) {
                bindAgain(wildcard(bound.getPort()));
                bound = Sockets.localAddress(unsafe.fd());
                unsafe.setLocalAddress(bound);
            }
        }
        settled = true;
        return checked(remote);
    }

    @Override
    public InetSocketAddress stillToConnect(InetSocketAddress peer) {
        return checked(peer);
    }

    @Override
    public InetSocketAddress toSend(SocketAddress recipient) throws IOException {
        InetSocketAddress to = InternetFamily.resolved(recipient);
        if (!takes(to.getAddress())) {
            settleFor(to.getAddress());
        }
        settled = true;
        return checked(to);
    }

    @Override
    public void settleFor(InetAddress address) throws IOException {
        if (bound == null && !settled) {
            change(familyOf(address));
        }
        settled = true;
    }

    @Override
    public void disconnected() {
        settled = false;
    }

    @Override
    public void ipv6Only(boolean only) {
        ipv6Only = only;
    }

    /** Changes the family; {@link #checked} later explains a change that is impossible. */
    private void change(InternetFamily to) throws IOException {
        if (to == family || ipv6Only) {
            return;
        }
        synchronized (this) {
            try (Descriptor fresh = opener.open(to)) { // closes its number; the open file stays
                for (Remembered remembered : settings.values()) {
                    if (!remembered.ofIpv6() || to.isIpv6()) {
                        remembered.setting().apply(fresh.number(), to.isIpv6());
                    }
                }
                unsafe.takeOver(fresh);
                family = to;
            }
        }
    }

    private boolean takes(InetAddress address) {
        return isIpv6() ? address instanceof Inet6Address || dualStack && !ipv6Only : isIpv4(address);
    }

    private InetSocketAddress checked(InetSocketAddress address) {
        if (takes(address.getAddress())) {
            return address;
        }
        throw new IllegalArgumentException("this socket %s and cannot use %s; open another channel for that family"
                .formatted(
                        ipv6Only
                                ? "has IPV6_V6ONLY"
                                : bound != null ? "is bound to " + bound : "has been used for " + family,
                        address));
    }

    private InetSocketAddress wildcard(int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[isIpv6() ? 16 : 4]), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // only for a wrong length
        }
    }

    private static boolean isWildcard(InetSocketAddress address) {
        return address.getAddress().isAnyLocalAddress();
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    private static InternetFamily familyOf(InetAddress address) {
        return isIpv4(address) ? InternetFamily.IPV4 : InternetFamily.IPV6;
    }
}
