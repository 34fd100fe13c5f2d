package io.fdflux.netty.inet;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Chooses the family of an Internet socket if the user names none.
 *
 * <pre>
 *              IPV6_V6ONLY  wildcard address  IPv4 address    chosen on
 * FIXED        off          IPv6, serves both IPv6, as mapped Linux, macOS, FreeBSD, DragonFly
 * IPV4_APART   off          IPv6, serves both IPv4            NetBSD
 * BY_ADDRESS   on           its own family    IPv4            OpenBSD
 * </pre>
 *
 * On NetBSD an IPv6 socket with an IPv4-mapped address can get a local port that an IPv4 socket already uses (portalgo
 * in sys/netinet/portalgo.c). OpenBSD has no mapped addresses at all (inet6(4)). Without IPv6, or with the JDK's
 * {@code java.net.preferIPv4Stack}, a FIXED socket is an IPv4 one.
 */
public enum FamilyChoice {
    FIXED,
    IPV4_APART,
    BY_ADDRESS;

    /** System property: overrides this system's choice, for tests and diagnosis. */
    public static final String PROPERTY = "fdflux.netty.families";

    private static final class Current {
        static final FamilyChoice CHOICE =
                of(System.getProperty(PROPERTY, ""), Platform.current().os());
    }

    /** {@return this system's choice} */
    public static FamilyChoice current() {
        return Current.CHOICE;
    }

    public static FamilyChoice of(String setting, Platform.Os os) {
        if (!setting.isBlank()) {
            return named(setting);
        }
        if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
            return FIXED;
        }
        return switch (os) {
            case NETBSD -> Sockets.dualStackAvailable() ? IPV4_APART : FIXED;
            case OPENBSD -> Sockets.ipv6Available() ? BY_ADDRESS : FIXED;
            default -> FIXED;
        };
    }

    private static FamilyChoice named(String setting) {
        return Arrays.stream(values())
                .filter(choice -> choice.key().equals(setting.trim().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(PROPERTY + "=" + setting + " is none of "
                        + Arrays.stream(values()).map(FamilyChoice::key).collect(Collectors.joining(", "))));
    }

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return the family of a new socket that has no address yet} */
    public InternetFamily first() {
        return this == FIXED ? InternetFamily.preferred() : InternetFamily.IPV6;
    }

    /** {@return whether an IPv6 socket serves IPv4 addresses too} */
    public boolean isDualStack() {
        return this != BY_ADDRESS && Sockets.dualStackAvailable();
    }

    public Descriptor tcp(InternetFamily family) throws IOException {
        return opened(Sockets.tcp(family.isIpv6()), family);
    }

    public Descriptor udp(InternetFamily family) throws IOException {
        return opened(Sockets.udp(family.isIpv6()), family);
    }

    private Descriptor opened(Descriptor socket, InternetFamily family) {
        if (this == BY_ADDRESS && family.isIpv6() && Sockets.dualStackAvailable()) {
            SocketOptionCalls.set(socket.number(), SocketOption.V6ONLY, 1); // OpenBSD behaves so in any case
        }
        return socket;
    }
}
