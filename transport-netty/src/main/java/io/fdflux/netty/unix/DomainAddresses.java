package io.fdflux.netty.unix;

import io.fdflux.netty.channel.DescriptorCall;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.AdoptedSockets;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Converts addresses of Unix-domain sockets: Netty's type, and the JDK's as input. */
public final class DomainAddresses {

    private DomainAddresses() {}

    /** {@return an adopted socket, made non-blocking} */
    public static Descriptor adopt(Descriptor socket, boolean stream) throws IOException {
        return DescriptorCall.on(socket, number -> {
            AdoptedSockets.unix(socket, stream);
            return socket;
        });
    }

    /** {@return the path of an address; an address of another family is refused} */
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

    /** {@return the address for a path; without a path the address is empty, as in Netty} */
    public static DomainSocketAddress of(String path) {
        return new DomainSocketAddress(path == null ? "" : path);
    }
}
