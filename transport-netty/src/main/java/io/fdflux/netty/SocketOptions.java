package io.fdflux.netty;

import io.fdflux.posix.Errno;
import io.fdflux.posix.Platform;
import io.fdflux.posix.SocketOption;
import io.fdflux.posix.SocketOptionCalls;
import io.fdflux.posix.TcpInfo;
import io.fdflux.posix.TcpOptions;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** Reads and sets a channel's socket options, with exceptions that name the option. */
final class SocketOptions {

    private final FdChannel channel;
    private final boolean ipv6;

    /**
     * The options of a channel's socket.
     *
     * @param ipv6 whether it is an IPv6 socket
     */
    SocketOptions(FdChannel channel, boolean ipv6) {
        this.channel = channel;
        this.ipv6 = ipv6;
    }

    /** {@return the descriptor of the channel, which must be open} */
    int descriptor(String option) {
        try {
            return channel.openNumber();
        } catch (ClosedChannelException e) {
            throw new ChannelException("%s: %s is closed".formatted(option, channel), e);
        }
    }

    void set(SocketOption option, int value) {
        int result = SocketOptionCalls.set(descriptor(option.symbol()), option, value);
        checked(result, "setsockopt", option.symbol() + " = " + value);
    }

    /** {@return whether the kernel took it} */
    boolean trySet(SocketOption option, int value) {
        return SocketOptionCalls.set(descriptor(option.symbol()), option, value) == 0;
    }

    private static boolean isTwofold(SocketOption inet6) {
        return inet6 != null && inet6.isAvailable();
    }

    /** An option of which IPv6 may have one of its own; null if this socket, or this kernel as it was built, has none. */
    Long get(SocketOption inet, SocketOption inet6) {
        SocketOption option = ipv6 && isTwofold(inet6) ? inet6 : inet;
        int descriptor = descriptor(option.symbol());
        if (option.isOfIpv6() && !ipv6) { // Linux says EOPNOTSUPP, the BSDs EINVAL
            return null;
        }
        long value = SocketOptionCalls.getUnsigned(descriptor, option);
        return value == -Errno.ENOPROTOOPT ? null : (Long) checked(value, "getsockopt", option.symbol());
    }

    /**
     * Sets both on an IPv6 socket: it serves IPv4 too, by mapped addresses, and those go by the option of IPv4. The BSDs do not
     * let an IPv6 socket have that one.
     */
    void set(SocketOption inet, SocketOption inet6, int value) {
        if (ipv6 && isTwofold(inet6)) {
            set(inet6, value);
            trySet(inet, value);
        } else {
            set(inet, value);
        }
    }

    /** Seconds; -1 if it is off. */
    int linger() {
        int seconds = SocketOptionCalls.linger(descriptor("SO_LINGER"));
        return seconds < -1 ? (int) checked(seconds + 1, "getsockopt", "SO_LINGER") : seconds;
    }

    void setLinger(int seconds) {
        checked(SocketOptionCalls.setLinger(descriptor("SO_LINGER"), seconds), "setsockopt", "SO_LINGER = " + seconds);
    }

    // ---- those that are no ints

    String congestionControl() {
        return TcpOptions.hasCongestionControl() ? TcpOptions.congestionControl(descriptor("TCP_CONGESTION")) : null;
    }

    void setCongestionControl(String name) {
        KernelOption.requireAvailable(FdChannelOption.TCP_CONGESTION, TcpOptions.hasCongestionControl(), "");
        checked(
                TcpOptions.setCongestionControl(descriptor("TCP_CONGESTION"), name),
                "setsockopt",
                "TCP_CONGESTION = " + name + "; does the kernel have it, and allow it?");
    }

    void setAcceptFilter(AcceptFilter filter) {
        checked(
                TcpOptions.setAcceptFilter(descriptor("SO_ACCEPTFILTER"), filter.name(), filter.argument()),
                "setsockopt",
                "SO_ACCEPTFILTER = " + filter.name() + "; is its kernel module loaded?");
    }

    SignatureKeys signatureKeys(SignatureKeys inherited) {
        return new SignatureKeys(this, channel, ipv6, inherited);
    }

    TcpInfo tcpInfo() {
        if (!TcpInfo.isAvailable()) {
            return null;
        }
        try {
            return TcpInfo.of(descriptor("TCP_INFO"));
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    // ---- by number, as Netty's users give them

    Integer integer(IntegerUnixChannelOption option) {
        long value = SocketOptionCalls.getUnsigned(descriptor(named(option)), option.level(), option.optname());
        return (int) checked(value, "getsockopt", named(option));
    }

    void setInteger(IntegerUnixChannelOption option, int value) {
        checked(
                SocketOptionCalls.set(descriptor(named(option)), option.level(), option.optname(), value),
                "setsockopt",
                named(option) + " = " + value);
    }

    ByteBuffer raw(RawUnixChannelOption option) {
        ByteBuffer value = ByteBuffer.allocate(option.length());
        int length = SocketOptionCalls.get(descriptor(named(option)), option.level(), option.optname(), value);
        return value.limit((int) checked(length, "getsockopt", named(option)));
    }

    /** Leaves the buffer's position where it is. */
    void setRaw(RawUnixChannelOption option, ByteBuffer value) {
        checked(
                SocketOptionCalls.set(descriptor(named(option)), option.level(), option.optname(), value),
                "setsockopt",
                named(option) + " of " + value.remaining() + " bytes");
    }

    private static String named(GenericUnixChannelOption<?> option) {
        return "%s (level %d, option %d)".formatted(option.name(), option.level(), option.optname());
    }

    private long checked(long result, String call, String option) {
        if (result >= 0) {
            return result;
        }
        Exception cause = Errno.exception(call, channel + ", " + option, (int) -result);
        if (result == -Errno.ENOPROTOOPT) {
            throw new UnsupportedOperationException(
                    "%s: not on this %s"
                            .formatted(option, Platform.current().os().key()),
                    cause);
        }
        throw new ChannelException(cause);
    }
}
