package io.fdflux.netty;

import io.fdflux.posix.Descriptor;
import io.netty.channel.ChannelException;
import java.io.IOException;

/** The sockets of channels, whose constructors throw nothing checked. */
final class NewSocket {

    /** {@link io.fdflux.posix.socket.Sockets#tcp} and its like. */
    interface Call {
        Descriptor open() throws IOException;
    }

    static {
        // Loaded now: once the process has no descriptor left, its class file cannot be opened.
        new ChannelException();
    }

    private NewSocket() {}

    static Descriptor toConnect(Call call) {
        return opened(call, "to connect");
    }

    static Descriptor toListen(Call call) {
        return opened(call, "to listen on");
    }

    static Descriptor forDatagrams(Call call) {
        return opened(call, "for datagrams");
    }

    private static Descriptor opened(Call call, String purpose) {
        try {
            return call.open();
        } catch (IOException e) {
            throw new ChannelException("no socket " + purpose, e);
        }
    }
}
