package io.fdflux.file;

import io.netty.buffer.ByteBuf;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Writes buffers to a regular file, in order, off the loops, and completes when the kernel has all of them. */
public final class FileWriteMono extends Mono<Void> {

    private final Path path;
    private final OpenOption[] options;
    private final Publisher<? extends ByteBuf> source;

    /**
     * Creates a Mono that opens the file at subscription and closes it at the end.
     *
     * @param path    of a regular file
     * @param options of {@link io.fdflux.posix.Descriptor#open}, for writing
     * @param source  the buffers; each is released once it is written, or when the writing ends early
     */
    public FileWriteMono(Path path, OpenOption[] options, Publisher<? extends ByteBuf> source) {
        this.path = path;
        this.options = Arrays.copyOf(options, options.length);
        this.source = source;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Void> actual) {
        Scheduler.Worker worker;
        try {
            worker = Schedulers.boundedElastic().createWorker();
        } catch (RejectedExecutionException e) {
            Operators.error(actual, e);
            return;
        }
        FileWriter writer = new FileWriter(worker, actual, source, () -> WrittenFile.open(path, options));
        actual.onSubscribe(writer);
        writer.drain();
    }
}
