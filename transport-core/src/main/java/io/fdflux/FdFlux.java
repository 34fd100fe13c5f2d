package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Any descriptor as a Flux: a pipe, a terminal, a socket, a device, a regular file (which counts as always ready).
 *
 * <p>Demand is the only thing that reads: nothing is read before {@code request}, one buffer is delivered per request,
 * and what nobody asked for stays in the kernel. Signals come on a loop's thread, except for a refusal at subscription.
 *
 * <p><b>Ownership.</b> The descriptor remains its owner's: neither completion nor cancellation closes it. Its owner may
 * close it at any moment and on any thread. A stream that uses it then ends with
 * {@link io.fdflux.posix.ClosedDescriptorException}, new ones are refused with that, and the number is free again when
 * the last stream has let go. So {@code Flux.using(open, fd -> FdFlux.read(loops, fd), Descriptor::closeUnchecked)} and
 * {@code doFinally} are right.
 *
 * <p><b>Open files that others have too</b> (a shell's terminal, an inherited pipe or socket) are not made non-blocking
 * under them. Sockets are called with MSG_DONTWAIT; terminals are opened again for this process, and so are pipes on
 * Linux. Where neither is possible, O_NONBLOCK is set while streams of this process use the file, and set back after
 * the last one and when the JVM exits. SIGKILL leaves it set.
 *
 * <p><b>Messages.</b> A descriptor that hands out messages (datagram and seqpacket sockets, packet pipes, inotify,
 * signalfd, tun) delivers one per buffer. One that does not fit is an error, an empty one is an empty buffer. On Linux,
 * empty messages that are the last before a SOCK_SEQPACKET peer closes are taken for its end. Written to a socket of
 * messages, one buffer is one message.
 *
 * <p><b>Code that throws</b> in a signal, Errors included, ends its own stream. The other direction of the descriptor
 * and the loop go on.
 */
public final class FdFlux {

    private FdFlux() {}

    /**
     * Reads a descriptor to its end.
     *
     * @param loops      which run it
     * @param descriptor open, readable; at most one subscriber at a time
     * @return its bytes; <b>the subscriber releases every buffer</b>. Ends with {@link java.io.IOException} if a read
     *     fails, after the bytes that preceded the failure, and with {@link IllegalStateException} if somebody reads it
     *     already or the loops have been closed. A pseudo-terminal whose other side is closed has ended
     */
    public static Flux<ByteBuf> read(FdLoops loops, Descriptor descriptor) {
        return Objects.requireNonNull(loops, "loops").read(descriptor);
    }

    /**
     * Writes buffers to a descriptor, in order. The next one is requested when one has been taken by the kernel whole.
     *
     * @param loops      which run it
     * @param descriptor open, writable; at most one writer at a time
     * @param source     the buffers; each is released when it is written, or when the writing ends early
     * @return completes when the kernel has everything; ends with {@link java.io.IOException} if a write fails or the
     *     reader goes away, also while the source is silent, and with the source's error once what preceded that is
     *     written. Each way of ending but completion cancels the source
     */
    public static Mono<Void> write(FdLoops loops, Descriptor descriptor, Publisher<? extends ByteBuf> source) {
        return Objects.requireNonNull(loops, "loops").write(descriptor, source);
    }
}
