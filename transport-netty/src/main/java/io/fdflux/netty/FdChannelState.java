package io.fdflux.netty;

import io.fdflux.engine.Activity;
import io.fdflux.engine.Registration;
import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.posix.io.Io;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import java.util.Optional;

/**
 * Who a channel waits for: its demand, the bytes on their way, and what the kernel watches. A snapshot, immutable. It
 * is taken on the channel's loop, by looking: the channel keeps a few plain counts for it, and nothing else.
 *
 * <pre>
 * demand  unread  full | who waits for whom
 * ---------------------+------------------------------------------------------------------
 *  yes     -       no  | this side waits for the peer to send
 *  no      0       no  | nobody asks, and nothing has come
 *  no      &gt; 0     any | the peer's bytes wait in the kernel for demand
 *  any     any     yes | this side waits for the peer to take what it has
 * </pre>
 *
 * @param demand         whether a {@code read()} is outstanding
 * @param readArmed      whether the kernel watches for input
 * @param unread         bytes that wait in the kernel while nobody asks for them; 0 while there is demand, -1 if
 *     unknown, as for datagrams
 * @param full           whether the socket took no more of the pending writes, and has not become writable since
 * @param writeArmed     whether the kernel watches for the capacity to write
 * @param writableEvents how often the kernel has reported that capacity, modulo 2^32. While it stays the same and
 *     {@code full} is set, the peer has taken nothing
 * @param staged         bytes whose promises have succeeded, and that the kernel has not taken
 * @param pending        bytes in Netty's queue, as {@link Channel#isWritable()} counts them: with 96 bytes for
 *     each message
 * @param reads          calls that read or accepted, modulo 2^32 as all that follow. These begin anew on another loop
 * @param readEagains    those of them that would have blocked
 * @param writes         calls that wrote
 * @param writeEagains   those of them that would have blocked
 * @param arms           how often the kernel was asked to watch
 */
public record FdChannelState(
        boolean demand,
        boolean readArmed,
        int unread,
        boolean full,
        boolean writeArmed,
        int writableEvents,
        long staged,
        long pending,
        int reads,
        int readEagains,
        int writes,
        int writeEagains,
        int arms) {

    /**
     * Looks at a channel. On the thread of its loop. Makes one call, ioctl(2) with FIONREAD, if a connected stream has
     * no demand.
     *
     * @param channel any channel
     * @return empty for a channel of another transport, and for one that is closed or that no loop has
     * @throws IllegalStateException on another thread
     */
    public static Optional<FdChannelState> of(Channel channel) {
        EngineUnsafe unsafe = EngineUnsafe.of(channel);
        if (unsafe == null || !channel.isRegistered() || !channel.isOpen()) {
            return Optional.empty();
        }
        if (!channel.eventLoop().inEventLoop()) {
            throw new IllegalStateException(
                    "the state of " + channel + " is known on its loop alone: execute this there");
        }
        Registration registration = unsafe.registration();
        return registration == null ? Optional.empty() : Optional.of(of(channel, unsafe, registration));
    }

    private static FdChannelState of(Channel channel, EngineUnsafe unsafe, Registration registration) {
        boolean demand = unsafe.isReadPending();
        boolean connected = channel instanceof DuplexChannel && channel.isActive();
        ChannelOutboundBuffer out = unsafe.outboundBuffer();
        long staged = unsafe.promisedBytes();
        long pending = out == null ? 0 : out.totalPendingWriteBytes();
        Activity activity = registration.activity();
        return new FdChannelState(
                demand,
                registration.isReadArmed(),
                demand ? 0 : connected ? Math.max(-1, Io.available(unsafe.fd())) : -1,
                channel.isActive() && registration.isWriteBlocked() && staged + pending > 0,
                registration.isWriteArmed(),
                activity.writableEvents(),
                staged,
                pending,
                activity.reads(),
                activity.readEagains(),
                activity.writes(),
                activity.writeEagains(),
                activity.arms());
    }

    /** {@return the bytes that this side holds for the peer} */
    public long unsent() {
        return staged + pending;
    }
}
