package io.fdflux;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.process.SignalNames;
import io.fdflux.process.Child;
import io.fdflux.process.InputSubscriber;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Optional;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A process that {@link ProcessFlux#start} has started. Thread-safe.
 *
 * <p>It is reaped when it ends, whether or not anybody subscribes, so it never stays a zombie. Its owner closes it,
 * which kills it if it runs, and closes its pipes. The end of its loops does the same.
 */
public final class ChildProcess implements AutoCloseable {

    private final FdLoops loops;
    private final Child child;

    ChildProcess(FdLoops loops, Child child) {
        this.loops = loops;
        this.child = child;
    }

    /** {@return its pid, which may be another process's once it has ended} */
    public long pid() {
        return child.pid();
    }

    /**
     * Its standard output. A slow subscriber slows the process, which waits while the pipe is full. The pipe is closed
     * at the end of the first subscription. So a cancellation makes the process's next write fail with SIGPIPE.
     *
     * @return its bytes, to the end; <b>the subscriber releases every buffer</b>. Ends with
     *     {@link IllegalStateException} unless the output is a pipe
     */
    public Flux<ByteBuf> output() {
        return reading(child.output(), "output");
    }

    /**
     * Its standard error, as {@link #output} delivers the other one. The process waits while this pipe is full, so read
     * both, or use {@link Command#mergeErrors()} or {@link Command#inheritErrors()}.
     *
     * @return its bytes, to the end; <b>the subscriber releases every buffer</b>. Ends with
     *     {@link IllegalStateException} unless the errors are a pipe of their own
     */
    public Flux<ByteBuf> errors() {
        return reading(child.errors(), "errors");
    }

    private Flux<ByteBuf> reading(Optional<Descriptor> pipe, String what) {
        return Flux.using(
                () -> require(pipe, what), descriptor -> FdFlux.read(loops, descriptor), Descriptor::closeUnchecked);
    }

    /**
     * Writes to its standard input, then closes that, which the process sees as the end.
     *
     * @param source the buffers; each is released once it is written, or when the writing ends early
     * @return completes when the pipe has all bytes. Ends with {@link IOException} (EPIPE) if the process has closed
     *     its input or has ended, even while the source is silent, and with {@link IllegalStateException} unless the
     *     input is a pipe
     */
    public Mono<Void> input(Publisher<? extends ByteBuf> source) {
        return Mono.using(
                () -> require(child.input(), "input"),
                descriptor -> FdFlux.write(loops, descriptor, source),
                Descriptor::closeUnchecked);
    }

    /**
     * Its standard input as a Subscriber, for a source that others subscribe. The end of the source closes the input.
     * If the writing fails, the source is cancelled, and the error goes to Reactor's {@code onErrorDropped} hook:
     * {@link #input(Publisher)} is for those who want it.
     *
     * @return a subscriber for one source, which releases each buffer. The input is taken by this call
     */
    public Subscriber<ByteBuf> input() {
        InputSubscriber subscriber = new InputSubscriber();
        input(subscriber).subscribe(null, subscriber::failed);
        return subscriber;
    }

    private Descriptor require(Optional<Descriptor> pipe, String what) {
        return pipe.orElseThrow(() ->
                new IllegalStateException("the " + what + " of " + child + " is no pipe: its Command says otherwise"));
    }

    /**
     * Its exit. Any number of subscribers, at any time. Cancelling does not kill the process.
     *
     * @return how it has ended
     */
    public Mono<ExitStatus> exit() {
        return child.exit().map(ExitStatus::of);
    }

    /**
     * Sends it a signal, or its process group if it leads one.
     *
     * @param name {@code TERM} or {@code SIGTERM}
     * @return false if it has ended and was reaped
     * @throws IOException              if the kernel refuses, such as for a program of another user
     * @throws IllegalArgumentException if the platform has no such signal
     */
    public boolean signal(String name) throws IOException {
        return child.signal(SignalNames.number(name)
                .orElseThrow(() -> new IllegalArgumentException("this system has no signal " + name + "; it has "
                        + String.join(", ", SignalNames.all().keySet()))));
    }

    /** Kills it, unless it has ended: signal KILL. */
    public void kill() {
        child.kill();
    }

    /** Kills it, unless it has ended, and closes its pipes. Does not wait for its {@link #exit}. */
    @Override
    public void close() {
        child.close();
    }

    /** {@return the program and its pid} */
    @Override
    public String toString() {
        return child.toString();
    }
}
