package io.fdflux.netty.option;

import io.fdflux.netty.channel.DescriptorCall;
import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.netty.inet.InternetSocket;
import io.fdflux.posix.Errno;
import io.fdflux.posix.TcpInfo;
import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.TcpInfoCalls;
import io.fdflux.posix.socket.TcpOptions;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** Reads and sets a channel's socket options. Errors become exceptions that name the option. */
final class SocketOptions {

    private final EngineUnsafe unsafe;
    /** Null for a Unix-domain socket. */
    private final InternetSocket socket;

    /** The options of a Unix-domain socket. */
    SocketOptions(EngineUnsafe unsafe) {
        this(unsafe, null);
    }

    /** The options of an Internet socket. */
    SocketOptions(EngineUnsafe unsafe, InternetSocket socket) {
        this.unsafe = unsafe;
        this.socket = socket;
    }

    private boolean isIpv6() {
        return socket != null && socket.isIpv6();
    }

    /** Sets an option, also on a socket that later replaces this one. */
    void set(Object option, boolean ofIpv6, InternetSocket.Setting setting) {
        try {
            if (socket == null) {
                unsafe.leased(number -> {
                    setting.apply(number, false);
                    return null;
                });
            } else {
                socket.set(option, ofIpv6, setting);
            }
        } catch (ClosedChannelException e) {
            throw closed(option, e);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    private ChannelException closed(Object option, ClosedChannelException cause) {
        Object name = switch (option) {
            case SocketOption kernels -> kernels.symbol();
            case GenericUnixChannelOption<?> byNumber -> named(byNumber);
            default -> option;
        };
        return new ChannelException("%s: %s is closed".formatted(name, unsafe), cause);
    }

    /** Makes a call on the channel's descriptor and keeps the descriptor open meanwhile. */
    <T> T call(String option, DescriptorCall<T> call) {
        try {
            return unsafe.leased(call);
        } catch (ClosedChannelException e) {
            throw closed(option, e);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    void set(SocketOption option, int value) {
        set(option, option.isOfIpv6(), (fd, ipv6) -> set(fd, option, value));
        if (option == SocketOption.V6ONLY) {
            socket.ipv6Only(value != 0);
        }
    }

    private void set(int fd, SocketOption option, int value) {
        checked(SocketOptionCalls.set(fd, option, value), "setsockopt", option.symbol() + " = " + value);
    }

    /** {@return whether the kernel accepted the value} */
    boolean trySet(SocketOption option, int value) {
        return call(option.symbol(), number -> SocketOptionCalls.set(number, option, value)) == 0;
    }

    private static boolean isTwofold(SocketOption inet6) {
        return inet6 != null && inet6.isAvailable();
    }

    /** {@return an option that IPv6 may have separately; null if this socket or this kernel build has none} */
    Long get(SocketOption inet, SocketOption inet6) {
        boolean ipv6 = isIpv6();
        SocketOption option = ipv6 && isTwofold(inet6) ? inet6 : inet;
        boolean lacking = option.isOfIpv6() && !ipv6; // Linux would return EOPNOTSUPP, the BSDs EINVAL
        Long value = call(option.symbol(), number -> lacking ? null : SocketOptionCalls.getUnsigned(number, option));
        return value == null || value == -Errno.ENOPROTOOPT
                ? null
                : (Long) checked(value, "getsockopt", option.symbol());
    }

    /**
     * Sets both options on an IPv6 socket, because its traffic over mapped IPv4 addresses obeys the IPv4 option. The
     * BSDs refuse the IPv4 option on an IPv6 socket, which is ignored.
     */
    void set(SocketOption inet, SocketOption inet6, int value) {
        if (!isTwofold(inet6)) {
            set(inet, value);
            return;
        }
        set(inet, false, (fd, ipv6) -> {
            if (ipv6) {
                set(fd, inet6, value);
                SocketOptionCalls.set(fd, inet, value);
            } else {
                set(fd, inet, value);
            }
        });
    }

    /** {@return seconds; -1 if it is off} */
    int linger() {
        int seconds = call("SO_LINGER", SocketOptionCalls::linger);
        return seconds < -1 ? (int) checked(seconds + 1, "getsockopt", "SO_LINGER") : seconds;
    }

    void setLinger(int seconds) {
        set(
                "SO_LINGER",
                false,
                (fd, ipv6) ->
                        checked(SocketOptionCalls.setLinger(fd, seconds), "setsockopt", "SO_LINGER = " + seconds));
    }

    // ---- options that are no int

    String congestionControl() {
        return TcpOptions.hasCongestionControl() ? call("TCP_CONGESTION", TcpOptions::congestionControl) : null;
    }

    void setCongestionControl(String name) {
        KernelOption.requireAvailable(OptionKeys.TCP_CONGESTION, TcpOptions.hasCongestionControl(), "");
        set(
                "TCP_CONGESTION",
                false,
                (fd, ipv6) -> checked(
                        TcpOptions.setCongestionControl(fd, name),
                        "setsockopt",
                        "TCP_CONGESTION = " + name + "; does the kernel have it, and allow it?"));
    }

    void setAcceptFilter(AcceptFilter filter) {
        checked(
                call("SO_ACCEPTFILTER", number -> TcpOptions.setAcceptFilter(number, filter.name(), filter.argument())),
                "setsockopt",
                "SO_ACCEPTFILTER = " + filter.name() + "; is its kernel module loaded?");
    }

    SignatureKeys signatureKeys(SignatureKeys inherited) {
        return new SignatureKeys(this, unsafe, inherited);
    }

    TcpInfo tcpInfo() {
        return TcpInfoCalls.isAvailable() ? call("TCP_INFO", TcpInfoCalls::of) : null;
    }

    // ---- options by number, as Netty's users give them

    Integer integer(IntegerUnixChannelOption option) {
        long value =
                call(named(option), number -> SocketOptionCalls.getUnsigned(number, option.level(), option.optname()));
        return (int) checked(value, "getsockopt", named(option));
    }

    void setInteger(IntegerUnixChannelOption option, int value) {
        set(
                option,
                SocketOption.isOfIpv6(option.level()),
                (fd, ipv6) -> checked(
                        SocketOptionCalls.set(fd, option.level(), option.optname(), value),
                        "setsockopt",
                        named(option) + " = " + value));
    }

    ByteBuffer raw(RawUnixChannelOption option) {
        ByteBuffer value = ByteBuffer.allocate(option.length());
        int length =
                call(named(option), number -> SocketOptionCalls.get(number, option.level(), option.optname(), value));
        return value.limit((int) checked(length, "getsockopt", named(option)));
    }

    /** Sets bytes; the buffer's position stays unchanged. */
    void setRaw(RawUnixChannelOption option, ByteBuffer value) {
        ByteBuffer kept =
                ByteBuffer.allocate(value.remaining()).put(value.duplicate()).flip();
        set(
                option,
                SocketOption.isOfIpv6(option.level()),
                (fd, ipv6) -> checked(
                        SocketOptionCalls.set(fd, option.level(), option.optname(), kept),
                        "setsockopt",
                        named(option) + " of " + kept.remaining() + " bytes"));
    }

    private static String named(GenericUnixChannelOption<?> option) {
        return "%s (level %d, option %d)".formatted(option.name(), option.level(), option.optname());
    }

    private long checked(long result, String call, String option) {
        if (result >= 0) {
            return result;
        }
        Exception cause = Errno.exception(call, unsafe + ", " + option, (int) -result);
        if (result == -Errno.ENOPROTOOPT) {
            throw new UnsupportedOperationException(
                    "%s: not on this %s"
                            .formatted(option, Platform.current().os().key()),
                    cause);
        }
        throw new ChannelException(cause);
    }
}
