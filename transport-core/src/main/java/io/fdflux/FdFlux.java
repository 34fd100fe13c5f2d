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
 * <p>Demand is the only thing that reads: nothing is read before {@code request}, one buffer is delivered for each, and
 * what nobody asked for stays in the kernel. Signals come on a loop's thread.
 *
 * <p>The descriptor remains its owner's: neither completion nor cancellation closes it. While it is in use here it is
 * non-blocking, which everybody sees who shares its open file description (a shell's terminal); it is set back afterwards. Do not
 * close it before the streams over it have ended.
 */
public final class FdFlux {

    private FdFlux() {}

    /**
     * Reads a descriptor to its end.
     *
     * @param loops      which run it
     * @param descriptor open, readable; at most one subscriber at a time
     * @return its bytes; <b>the subscriber releases every buffer</b>. Ends with {@link java.io.IOException} if a read fails,
     *     after the bytes that preceded the failure, and with {@link IllegalStateException} if somebody reads it already
     */
    public static Flux<ByteBuf> read(FdLoops loops, Descriptor descriptor) {
        return new ReadFlux(Objects.requireNonNull(loops, "loops"), Objects.requireNonNull(descriptor, "descriptor"));
    }

    /**
     * Writes buffers to a descriptor, in order. The next one is requested when one has been taken by the kernel whole.
     *
     * @param loops      which run it
     * @param descriptor open, writable; at most one writer at a time
     * @param source     the buffers; each is released when it is written, or when the writing ends early
     * @return completes when the kernel has everything; ends with {@link java.io.IOException} if a write fails, and with the
     *     source's error once what preceded that is written. Cancelling cancels the source
     */
    public static Mono<Void> write(FdLoops loops, Descriptor descriptor, Publisher<? extends ByteBuf> source) {
        return new WriteMono(
                Objects.requireNonNull(loops, "loops"),
                Objects.requireNonNull(descriptor, "descriptor"),
                Objects.requireNonNull(source, "source"));
    }
}
