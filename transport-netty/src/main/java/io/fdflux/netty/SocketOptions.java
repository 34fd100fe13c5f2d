package io.fdflux.netty;

import io.fdflux.posix.Errno;
import io.fdflux.posix.SocketOption;
import io.fdflux.posix.SocketOptionCalls;
import io.netty.channel.ChannelException;

/** Reads and sets a channel's socket options, with exceptions that name the option. */
final class SocketOptions {

    private final FdChannel channel;

    SocketOptions(FdChannel channel) {
        this.channel = channel;
    }

    /** The option that IP_TOS means on sockets of the family that this transport makes. */
    static SocketOption trafficClass() {
        return InternetFamily.preferred().isIpv6() ? SocketOption.TCLASS : SocketOption.TOS;
    }

    int get(SocketOption option) {
        return checked(SocketOptionCalls.get(channel.number(), option), "getsockopt", option.symbol());
    }

    void set(SocketOption option, int value) {
        checked(SocketOptionCalls.set(channel.number(), option, value), "setsockopt", option.symbol() + " = " + value);
    }

    /** {@return whether the kernel took it} */
    boolean trySet(SocketOption option, int value) {
        return SocketOptionCalls.set(channel.number(), option, value) == 0;
    }

    boolean isOn(SocketOption option) {
        return get(option) != 0;
    }

    void set(SocketOption option, boolean on) {
        set(option, on ? 1 : 0);
    }

    void setLinger(int seconds) {
        checked(SocketOptionCalls.setLinger(channel.number(), seconds), "setsockopt", "SO_LINGER = " + seconds);
    }

    private int checked(int result, String call, String option) {
        if (result < 0) {
            throw new ChannelException(Errno.exception(call, channel + ", " + option, -result));
        }
        return result;
    }
}
