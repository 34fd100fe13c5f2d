package io.fdflux.examples.system;

import io.fdflux.Command;
import io.fdflux.FdLoops;
import io.fdflux.ProcessFlux;
import io.fdflux.SignalCount;
import io.fdflux.SignalFlux;
import io.fdflux.posix.Descriptor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A chat between the terminals of a machine. Each one has a FIFO in a common directory: it reads its own, and writes
 * what is typed to all others.
 *
 * <p>The reader of a FIFO sees the end when the last writer closes it. Here writers come and go with each line, so each
 * terminal opens its FIFO for writing too: there is always a writer, and never an end. A FIFO without a reader is one
 * that somebody has left behind: opening it for writing fails with ENXIO, see fifo(7).
 *
 * <p>Try, with two or more terminals, and end with Ctrl-D:
 *
 * <pre>
 * mkdir room
 * scripts/run-example chat room ann
 * scripts/run-example chat room bob
 * </pre>
 *
 * Ctrl-S holds the screen of one terminal. Its lines wait in its FIFO, and if that is full, the others' keyboards wait.
 */
public final class Chat {

    private final FdLoops loops;
    private final Path room;
    private final String name;
    private final Path fifo;

    private Chat(FdLoops loops, Path room, String name) {
        this.loops = loops;
        this.room = room;
        this.name = name;
        this.fifo = room.resolve(name);
    }

    /**
     * Chats until Ctrl-D or Ctrl-C.
     *
     * @param args a directory, and the name of who types here
     */
    public static void main(String[] args) {
        if (args.length != 2 || !Files.isDirectory(Path.of(args[0])) || !args[1].matches("\\w{1,20}")) {
            System.err.println("usage: scripts/run-example chat ROOM NAME");
            System.err.println(
                    "ROOM is a directory, NAME a word of up to 20 letters or digits that is not taken there.");
            System.exit(2);
        }
        FdLoops loops = FdLoops.create(); // ends with the process, because its threads are daemons
        int exitCode = new Chat(loops, Path.of(args[0]), args[1])
                .chat()
                .thenReturn(0)
                .doOnError(IOException.class, e -> System.err.println(e.getMessage()))
                .onErrorReturn(IOException.class, 1)
                .block();
        System.exit(exitCode);
    }

    private Mono<Void> chat() {
        return ProcessFlux.output(loops, Command.of("mkfifo", "-m", "600", fifo.toString()))
                .doOnNext(ByteBuf::release)
                .then(Mono.firstWithSignal(hear(), speak())
                        .doOnTerminate(() -> fifo.toFile().delete()));
    }

    /** The screen's demand reads the FIFO. */
    private Mono<Void> hear() {
        Flux<ByteBuf> heard = Flux.using(
                () -> Descriptor.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE),
                loops::read,
                Descriptor::closeUnchecked);
        return loops.write(Descriptor.stdout(), heard);
    }

    private Mono<Void> speak() {
        Flux<String> typed = loops.read(Descriptor.stdin()) // a terminal delivers a line per read
                .map(Chat::text)
                .map(line -> name + ": " + line)
                .takeUntilOther(Flux.just("INT", "TERM", "HUP").flatMap(this::signals));
        return Flux.concat(Mono.just(name + " is here\n"), typed, Mono.just(name + " has left\n"))
                .concatMap(this::say, 0) // reads no line before the last one is said
                .then();
    }

    /** A signal that is ignored, as HUP is by nohup(1), never comes. */
    private Flux<SignalCount> signals(String name) {
        return SignalFlux.on(loops, name).onErrorResume(IllegalStateException.class, ignored -> Flux.never());
    }

    private static String text(ByteBuf buffer) {
        String text = buffer.toString(StandardCharsets.UTF_8);
        buffer.release();
        return text;
    }

    private Mono<Void> say(String line) {
        return Mono.fromCallable(this::others)
                .subscribeOn(Schedulers.boundedElastic()) // because reading a directory may block
                .flatMapIterable(others -> others)
                .flatMap(other -> say(line, other))
                .then();
    }

    private Mono<Void> say(String line, Path other) {
        return loops.write(
                        other,
                        Mono.fromSupplier(() -> Unpooled.copiedBuffer(line, StandardCharsets.UTF_8)),
                        StandardOpenOption.WRITE)
                .onErrorResume(IOException.class, gone -> {
                    System.err.println("(" + other.getFileName() + " does not hear you)");
                    return Mono.empty();
                });
    }

    private List<Path> others() throws IOException {
        try (Stream<Path> entries = Files.list(room)) {
            return entries.filter(entry -> !entry.equals(fifo))
                    .filter(Chat::isFifo)
                    .toList();
        }
    }

    /** Other files of the directory must not be written to. */
    private static boolean isFifo(Path entry) {
        try {
            return Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther();
        } catch (IOException e) {
            return false; // it has just gone
        }
    }
}
