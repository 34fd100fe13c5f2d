package io.fdflux.examples.system;

import io.fdflux.ChildProcess;
import io.fdflux.Command;
import io.fdflux.FdLoops;
import io.fdflux.ProcessFlux;
import io.fdflux.SignalCount;
import io.fdflux.SignalFlux;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Keeps a program running: restarts it when it ends, after a pause that doubles with each early death.
 *
 * <p>TERM or Ctrl-C stops the program first: TERM, and KILL after five seconds. Both reach its descendants too, because
 * it leads a process group. KILL of the supervisor leaves the program alone, as nobody can react to it.
 *
 * <p>Try:
 *
 * <pre>
 * scripts/run-example supervise sleep 1000                           (and kill -9 the pid that it prints)
 * scripts/run-example supervise sh -c 'date; exit 1'                 (the pauses grow)
 * scripts/run-example supervise sh -c 'trap "" TERM; while :; do sleep 1; done'      (Ctrl-C takes five seconds)
 * </pre>
 */
public final class Supervise {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    /** After such a life the pauses begin anew. */
    private static final Duration LONG_LIFE = Duration.ofSeconds(5);
    /** From TERM to KILL. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final FdLoops loops;
    private final Mono<SignalCount> stop;

    private Supervise(FdLoops loops) {
        this.loops = loops;
        this.stop = Flux.just("TERM", "INT")
                .flatMap(name -> SignalFlux.on(loops, name)
                        .onErrorResume(
                                IllegalStateException.class,
                                ignored -> Flux.never())) // as INT is in background jobs of a script
                .replay(1)
                .autoConnect(0) // stays subscribed: a second Ctrl-C is no news
                .next();
    }

    /**
     * Supervises until TERM or Ctrl-C.
     *
     * @param args a program and its arguments
     */
    public static void main(String[] args) {
        if (args.length == 0) {
            System.err.println("usage: scripts/run-example supervise PROGRAM [ARGUMENT...]");
            System.exit(2);
        }
        Command command = Command.of(List.of(args))
                .withoutInput()
                .inheritOutput()
                .inheritErrors()
                .ownGroup();
        int exitCode;
        try (FdLoops loops = FdLoops.builder().loops(1).build()) {
            exitCode = new Supervise(loops)
                    .supervise(command)
                    .thenReturn(0)
                    .doOnError(IOException.class, e -> System.err.println(e.getMessage()))
                    .onErrorReturn(IOException.class, 1)
                    .block();
        }
        System.exit(exitCode);
    }

    private Mono<Void> supervise(Command command) {
        return ProcessFlux.using(loops, command, this::live)
                .retryWhen(Retry.indefinitely()
                        .filter(Death.class::isInstance) // a program that cannot be started ends it
                        .doBeforeRetryAsync(this::pause))
                .onErrorComplete(CancellationException.class)
                .then();
    }

    /** Ends with an error when the process dies, and is empty when it was stopped. */
    private Flux<Long> live(ChildProcess process) {
        System.out.println("started " + process);
        return process.exit()
                .takeUntilOther(stop)
                .elapsed()
                .flatMapMany(life -> Mono.just(life.getT1())
                        .filter(millis -> millis >= LONG_LIFE.toMillis()) // an element resets totalRetriesInARow
                        .concatWith(Mono.error(new Death(process + " " + life.getT2()))))
                .switchIfEmpty(Mono.defer(() -> stop(process)));
    }

    private Mono<Long> stop(ChildProcess process) {
        System.out.println("stopping " + process);
        return Mono.fromCallable(() -> process.signal("TERM"))
                .then(process.exit())
                .timeout(GRACE, Mono.empty()) // using(...) kills it
                .then(Mono.empty());
    }

    /** The pause of Retry.backoff(...) would not end with a signal. */
    private Mono<Void> pause(Retry.RetrySignal retry) {
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(retry.totalRetriesInARow(), 10));
        Duration pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        System.out.println(retry.failure().getMessage() + ", restart in " + pause.toMillis() + " ms");
        return stop.timeout(pause, Mono.empty()).flatMap(signal -> Mono.error(new CancellationException()));
    }

    private static final class Death extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Death(String message) {
            super(message, null, false, false);
        }
    }
}
