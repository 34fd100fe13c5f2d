package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.netty.buffer.ByteBuf;
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
     * Writes buffers to a descriptor, in order. Requests the next buffer once the kernel has all bytes of the last one.
     *
     * @param loops      the loops to run on
     * @param descriptor open, writable; at most one writer at a time
     * @param source     the buffers; each is released once it is written, or when the writing ends early
     * @return completes when the kernel has all bytes. Ends with {@link java.io.IOException} if a write fails or the
     *     reader goes away, even while the source is silent. Ends with the source's error once the buffers before it
     *     are written. Every end but completion cancels the source
     */
    public static Mono<Void> write(FdLoops loops, Descriptor descriptor, Publisher<? extends ByteBuf> source) {
        return Objects.requireNonNull(loops, "loops").write(descriptor, source);
    }
}
