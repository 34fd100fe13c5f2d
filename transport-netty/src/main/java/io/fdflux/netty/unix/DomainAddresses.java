package io.fdflux.netty.unix;

import io.fdflux.netty.channel.DescriptorCall;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.AdoptedSockets;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Addresses of Unix-domain sockets: Netty's type, and the JDK's where a user gives it. */
public final class DomainAddresses {

    private DomainAddresses() {}

    /** A socket that somebody else has opened, made fit for a loop. */
    public static Descriptor adopt(Descriptor socket, boolean stream) throws IOException {
        return DescriptorCall.on(socket, number -> {
            AdoptedSockets.unix(socket, stream);
            return socket;
        });
    }

    /** The path that an address names; one of another family is refused. */
    public static String pathOf(SocketAddress address) {
        return checked(address).path();
    }

    public static DomainSocketAddress checked(SocketAddress address) {
        return switch (address) {
            case DomainSocketAddress netty -> netty;
            case UnixDomainSocketAddress jdk ->
                new DomainSocketAddress(jdk.getPath().toString());
            case null, default -> throw new IllegalArgumentException("a DomainSocketAddress is needed, not " + address);
        };
    }

    /** The address of a socket; an empty path, as Netty has it, of one without a name. */
    public static DomainSocketAddress of(String path) {
        return new DomainSocketAddress(path == null ? "" : path);
    }
}
