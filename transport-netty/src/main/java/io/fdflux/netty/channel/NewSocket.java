package io.fdflux.netty.channel;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.channel.ChannelException;
import java.io.IOException;

/** Opens the sockets of new channels and turns an IOException into a {@link ChannelException}. */
public final class NewSocket {

    /** A call such as {@link io.fdflux.posix.socket.Sockets#tcp}. */
    public interface Call {
        Descriptor open() throws IOException;
    }

    static {
        // Loads the classes now, because a process without free descriptors cannot open their files.
        new ChannelException(Errno.exception("socket", "", Errno.EMFILE));
    }

    private NewSocket() {}

    public static Descriptor toConnect(Call call) {
        return opened(call, "to connect");
    }

    public static Descriptor toListen(Call call) {
        return opened(call, "to listen on");
    }

    public static Descriptor forDatagrams(Call call) {
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
