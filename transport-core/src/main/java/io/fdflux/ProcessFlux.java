package io.fdflux;

import io.fdflux.posix.Errno;
import io.fdflux.process.Child;
import io.fdflux.process.ProcessCalls;
import io.fdflux.source.KernelSource;
import io.fdflux.source.SourceFlux;
import io.fdflux.spi.SourceKind;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Processes as reactive streams: the exit of any process, and the output, input and exit of started ones. No process
 * takes a thread.
 */
public final class ProcessFlux {

    private ProcessFlux() {}

    /**
     * Waits for the exit of a process that somebody else has started. Does not reap it.
     *
     * @param loops the loops to run on
     * @param pid   of any process that this user may see
     * @return how it has ended. The status is {@linkplain ExitStatus#isKnown() unknown} on Linux unless it is a child
     *     of this process that nobody has waited for. Ends with {@link NoSuchProcessException} if the kernel does not
     *     know the process, with {@link IllegalStateException} if the loops have been closed, and with
     *     {@link UnsupportedOperationException} where processes cannot be watched: before Linux 5.3
     */
    public static Mono<ExitStatus> exit(FdLoops loops, long pid) {
        if (pid <= 0) {
            throw new IllegalArgumentException("a pid is positive, not " + pid);
        }
        return new SourceFlux<>(
                        loops.placement(),
                        new KernelSource<>(
                                "exit of process " + pid,
                                SourceKind.PROCESS,
                                pid,
                                0,
                                true,
                                (count, status) -> ExitStatus.of(status),
                                errno -> refusal(pid, errno)))
                .next();
    }

    private static Exception refusal(long pid, int errno) {
        return errno == Errno.ESRCH
                ? new NoSuchProcessException(pid)
                : Errno.exception("exit", "process " + pid, errno);
    }

    /**
     * Starts a process at each subscription. This may block, so it runs on a thread that may.
     *
     * @param loops   the loops to run on
     * @param command what to start
     * @return the process, which the subscriber closes. A cancellation before that kills it. Ends with
     *     {@link java.nio.file.NoSuchFileException} or another {@link java.io.IOException} if it cannot be started
     */
    public static Mono<ChildProcess> start(FdLoops loops, Command command) {
        Objects.requireNonNull(loops, "loops");
        Objects.requireNonNull(command, "command");
        return Mono.create(sink -> start(loops, command, sink));
    }

    private static void start(FdLoops loops, Command command, MonoSink<ChildProcess> sink) {
        AtomicBoolean cancelled = new AtomicBoolean();
        AtomicReference<Child> started = new AtomicReference<>();
        sink.onCancel(() -> {
            cancelled.set(true);
            Child child = started.get();
            if (child != null) {
                child.close();
            }
        });
        ProcessCalls calls = loops.kernel().processes();
        calls.scheduler().schedule(() -> {
            if (cancelled.get()) {
                return;
            }
            try {
                Child child = Child.start(command.launch(), loops.placement(), calls);
                started.set(child);
                if (cancelled.get()) {
                    child.close();
                } else {
                    sink.success(new ChildProcess(loops, child));
                }
            } catch (Throwable t) {
                sink.error(t);
            }
        });
    }

    /**
     * Starts a process at each subscription, and closes it when its user has ended or was cancelled. If the process
     * runs then, it is killed. The end comes once it is reaped.
     *
     * @param loops   the loops to run on
     * @param command what to start
     * @param use     what to do with the process; wait for {@link ChildProcess#exit} in it to let it end by itself
     * @param <T>     what the user delivers
     * @return what the user delivers. Errors are those of {@link #start} and of the user
     */
    public static <T> Flux<T> using(
            FdLoops loops, Command command, Function<? super ChildProcess, ? extends Publisher<? extends T>> use) {
        return Flux.usingWhen(start(loops, command), use, ProcessFlux::closeAndReap);
    }

    private static Mono<Void> closeAndReap(ChildProcess process) {
        return Mono.defer(() -> {
            process.close();
            return process.exit().then();
        });
    }

    /**
     * Starts a process at each subscription and delivers its output. Its input is empty, and its errors are those of
     * this process, unless the command says otherwise. It is killed when the subscriber cancels.
     *
     * @param loops   the loops to run on
     * @param command what to start
     * @return its output; <b>the subscriber releases every buffer</b>. Ends with {@link ProcessFailedException} after
     *     the output, if the process did not exit with code 0. Other errors are those of {@link #start}
     */
    public static Flux<ByteBuf> output(FdLoops loops, Command command) {
        return using(
                loops,
                command.forOutputAlone(),
                process -> process.output().concatWith(process.exit().flatMap(status -> failure(command, status))));
    }

    private static Mono<ByteBuf> failure(Command command, ExitStatus status) {
        return status.isSuccess() ? Mono.empty() : Mono.error(new ProcessFailedException(command, status));
    }
}
