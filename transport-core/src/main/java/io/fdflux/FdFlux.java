package io.fdflux;

import io.fdflux.descriptor.AcceptFlux;
import io.fdflux.descriptor.ConnectMono;
import io.fdflux.descriptor.NewSockets;
import io.fdflux.descriptor.ReadinessFlux;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Terminal;
import io.fdflux.posix.TerminalSize;
import io.fdflux.spi.Interest;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads and writes any descriptor as a reactive stream: a pipe, a terminal, a socket, a device, a regular file. A
 * regular file counts as always ready.
 *
 * <p>Only demand reads. There is no read before {@code request}, each request delivers one buffer, and further bytes
 * stay in the kernel. Signals come on a loop's thread, except for a refusal at subscription.
 *
 * <p><b>Ownership.</b> The descriptor stays its owner's: neither completion nor cancellation closes it. The owner may
 * close it at any moment and on any thread. Its streams then end with
 * {@link io.fdflux.posix.ClosedDescriptorException}, and new ones are refused with that exception. The number is free
 * again when the last stream has released it. {@code Flux.using(open, fd -> FdFlux.read(loops, fd),
 * Descriptor::closeUnchecked)} and {@code doFinally} are therefore safe.
 *
 * <p><b>Shared open files</b> (a shell's terminal, an inherited pipe or socket) stay blocking for their other owners
 * where possible. Sockets are called with MSG_DONTWAIT. Terminals are opened again for this process, and so are pipes
 * on Linux. Where neither is possible, O_NONBLOCK is set while streams of this process use the file. It is restored
 * after the last stream and when the JVM exits. SIGKILL leaves it set.
 *
 * <p><b>Messages.</b> A descriptor with messages (datagram and seqpacket sockets, packet pipes, inotify, signalfd, tun)
 * delivers one message per buffer. A message that does not fit is an error, an empty message an empty buffer. On Linux,
 * empty messages right before the close of a SOCK_SEQPACKET peer are taken for its end. Each buffer written to a
 * message socket is one message.
 *
 * <p><b>Exceptions of user code</b> in a signal, Errors included, end its own stream. The other direction of the
 * descriptor and the loop continue.
 */
public final class FdFlux {

    private FdFlux() {}

    /**
     * Reads a descriptor to its end.
     *
     * @param loops      the loops to run on
     * @param descriptor open, readable; at most one subscriber at a time
     * @return its bytes; <b>the subscriber releases every buffer</b>. Ends with {@link java.io.IOException} if a read
     *     fails, after the bytes before the failure. Ends with {@link IllegalStateException} if another subscriber
     *     reads the descriptor or the loops have been closed. A pseudo-terminal completes when its other side is closed
     */
    public static Flux<ByteBuf> read(FdLoops loops, Descriptor descriptor) {
        return Objects.requireNonNull(loops, "loops").read(descriptor);
    }

    /**
     * Writes buffers to a descriptor, in order. Holds at most 32 of them, and writes those that it holds by one call,
     * unless each write is a message.
     *
     * @param loops      the loops to run on
     * @param descriptor open, writable; at most one writer at a time
     * @param source     the buffers; each is released once it is written, or when the writing ends early
     * @return completes when the kernel has all bytes. Ends with {@link io.fdflux.posix.WriteFailedException}, which
     *     says how many bytes the kernel has taken, if a write fails or the reader goes away, even while the source is
     *     silent. Ends with the source's error once the buffers before it are written. Every end but completion cancels
     *     the source
     */
    public static Mono<Void> write(FdLoops loops, Descriptor descriptor, Publisher<? extends ByteBuf> source) {
        return Objects.requireNonNull(loops, "loops").write(descriptor, source);
    }

    /**
     * Accepts the connections of a listening socket. Each request accepts one; the others wait in the kernel's queue.
     * Without descriptors (EMFILE, ENFILE) or memory, the connection stays queued, and the Flux tries again after
     * 100 ms.
     *
     * @param loops    the loops to run on; each connection may be read and written on any of them
     * @param listener a listening socket, of {@link #listen} or inherited; at most one subscriber at a time
     * @return the connections, non-blocking and closed on exec; <b>the subscriber closes every one</b>, and {@code
     *     doOnDiscard(Descriptor.class, Descriptor::closeUnchecked)} those that operators discard. Never completes.
     *     Ends with {@link java.io.IOException} if the descriptor is no listening socket
     */
    public static Flux<Descriptor> accept(FdLoops loops, Descriptor listener) {
        return new AcceptFlux(
                Objects.requireNonNull(loops, "loops").handles(), Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Makes a listening socket. The call does not block.
     *
     * @param address an {@link java.net.InetSocketAddress}, where port 0 is a free one, or a
     *     {@link java.net.UnixDomainSocketAddress}, whose file must not exist
     * @return the listener, for {@link #accept}; the caller closes it
     * @throws java.io.IOException      if the address is unresolved, in use, not local, or needs a privilege
     * @throws IllegalArgumentException if the address is of another kind
     */
    public static Descriptor listen(SocketAddress address) throws IOException {
        return NewSockets.listener(Objects.requireNonNull(address, "address"));
    }

    /**
     * Connects a new socket, once per subscription. The connect begins with the request.
     *
     * @param loops   the loops to run on
     * @param address a resolved {@link java.net.InetSocketAddress} or a {@link java.net.UnixDomainSocketAddress}
     * @return the socket; <b>the subscriber closes it</b>. Ends with {@link java.io.IOException} if the connect fails,
     *     such as {@link java.net.ConnectException}. Cancellation closes the socket
     */
    public static Mono<Descriptor> connect(FdLoops loops, SocketAddress address) {
        return new ConnectMono(
                Objects.requireNonNull(loops, "loops").handles(), Objects.requireNonNull(address, "address"));
    }

    /**
     * Waits until a descriptor is ready, for code that makes the calls itself. Makes no call on the descriptor but
     * poll(2) and FIONREAD. A hang-up or an error counts as ready, because a call would not block. A signal may be
     * outdated when it arrives, so calls should be non-blocking.
     *
     * <p>While the descriptor stays ready, each request is answered at once. So request one signal at a time, with
     * {@code limitRate(1)} or in {@code concatMap(..., 0)}, and make the calls before the next request.
     *
     * @param loops      the loops to run on
     * @param descriptor open; counts as its one reader or its one writer
     * @param interest   {@link Interest#READ}, for an accept too, or {@link Interest#WRITE}
     * @return for READ the bytes to read, or -1 where the system does not know; for WRITE -1. Never completes
     */
    public static Flux<Long> readiness(FdLoops loops, Descriptor descriptor, int interest) {
        if (interest != Interest.READ && interest != Interest.WRITE) {
            throw new IllegalArgumentException("one of Interest.READ and Interest.WRITE is needed, not " + interest);
        }
        return new ReadinessFlux(
                Objects.requireNonNull(loops, "loops").handles(),
                Objects.requireNonNull(descriptor, "descriptor"),
                interest == Interest.READ);
    }

    /**
     * The size of a terminal's window: the present one, then each other one. SIGWINCH of signal(7) reports changes,
     * which the kernel sends for the controlling terminal of this process. The change of another terminal is found at
     * the next SIGWINCH.
     *
     * @param loops    the loops to run on
     * @param terminal whose descriptor is open
     * @return sizes, each one unlike the one before. A request gets the size of that moment: changes without demand are
     *     one. Never completes. Ends with {@link io.fdflux.posix.ClosedDescriptorException} when the owner closes the
     *     descriptor, with {@link java.io.IOException} (EIO) if the terminal has hung up at a change, and with the
     *     errors of {@link SignalFlux#on}
     */
    public static Flux<TerminalSize> terminalSizes(FdLoops loops, Terminal terminal) {
        return TerminalSizes.of(Objects.requireNonNull(loops, "loops"), Objects.requireNonNull(terminal, "terminal"));
    }

    /**
     * The local address of a socket.
     *
     * @param socket open
     * @return an {@link java.net.InetSocketAddress} or a {@link java.net.UnixDomainSocketAddress}, which is empty for
     *     an abstract name; null if it has none, or is closed
     */
    public static SocketAddress localAddress(Descriptor socket) {
        return NewSockets.local(socket);
    }

    /**
     * The address of a socket's peer.
     *
     * @param socket open
     * @return an {@link java.net.InetSocketAddress} or a {@link java.net.UnixDomainSocketAddress}, which is empty for a
     *     peer without a path; null if it is not connected, or is closed
     */
    public static SocketAddress remoteAddress(Descriptor socket) {
        return NewSockets.remote(socket);
    }
}
