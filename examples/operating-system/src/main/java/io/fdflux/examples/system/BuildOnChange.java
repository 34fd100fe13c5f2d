package io.fdflux.examples.system;

import io.fdflux.ChildProcess;
import io.fdflux.Command;
import io.fdflux.ExitStatus;
import io.fdflux.FdLoops;
import io.fdflux.FileFlux;
import io.fdflux.ProcessFlux;
import io.fdflux.SignalFlux;
import io.fdflux.WatchOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Runs a command whenever something changes in a tree of directories.
 *
 * <p>A burst of changes, such as a checkout, is one change. Changes during a build lead to one more build after it, and
 * two builds never run at once. What the build writes belongs outside the tree, else it never ends.
 *
 * <p>Try:
 *
 * <pre>
 * scripts/run-example build-on-change docs sh -c 'cat docs/*.md | wc; sleep 3'
 * touch docs/files.md
 * </pre>
 */
public final class BuildOnChange {

    /** A burst is over when nothing has changed for so long. */
    private static final Duration QUIET = Duration.ofMillis(200);

    private BuildOnChange() {}

    /**
     * Watches until TERM or Ctrl-C, which kill a running build.
     *
     * @param args a directory, and a program with its arguments
     */
    public static void main(String[] args) {
        if (args.length < 2 || !Files.isDirectory(Path.of(args[0]))) {
            System.err.println("usage: scripts/run-example build-on-change DIRECTORY PROGRAM [ARGUMENT...]");
            System.err.println("DIRECTORY exists. The program is started by its name, in this directory.");
            System.exit(2);
        }
        List<String> program = Arrays.asList(args).subList(1, args.length);
        Command command = Command.of(program)
                .withoutInput()
                .inheritOutput()
                .inheritErrors()
                .ownGroup();
        int exitCode;
        try (FdLoops loops = FdLoops.create()) {
            exitCode = builds(loops, Path.of(args[0]), command)
                    .doOnNext(status -> System.out.println("the build " + status))
                    .takeUntilOther(Flux.just("TERM", "INT")
                            .flatMap(name -> SignalFlux.on(loops, name)
                                    .onErrorResume(
                                            IllegalStateException.class,
                                            ignored -> Flux.never()))) // as INT is in background jobs of a script
                    .then(Mono.just(0))
                    .doOnError(IOException.class, e -> System.err.println(e.getMessage()))
                    .onErrorReturn(IOException.class, 1)
                    .block();
        }
        System.exit(exitCode);
    }

    private static Flux<ExitStatus> builds(FdLoops loops, Path directory, Command command) {
        return FileFlux.changes(loops, directory, WatchOptions.defaults().recursive(true))
                .doOnSubscribe(watched -> System.out.println("watching " + directory))
                .sampleTimeout(change -> Mono.delay(QUIET)) // the last one of a burst
                .doOnNext(change -> System.out.println(change.path() + " " + change.kind()))
                .onBackpressureLatest() // keeps one during a build
                .concatMap(change -> ProcessFlux.using(loops, command, ChildProcess::exit), 0);
    }
}
