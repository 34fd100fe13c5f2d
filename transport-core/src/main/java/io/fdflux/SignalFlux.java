package io.fdflux;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.JvmSignals;
import io.fdflux.posix.process.SignalNames;
import io.fdflux.source.KernelSource;
import io.fdflux.source.SourceFlux;
import io.fdflux.spi.SourceKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The signals of this process as a reactive stream: TERM, HUP, INT, USR1, WINCH and others.
 *
 * <p>While a signal has a subscriber, the JVM's reaction to it is off. For TERM, INT and HUP that is the shutdown. The
 * reaction comes back with the last cancellation. {@link #passOn} runs it meanwhile. Each subscriber gets each signal.
 *
 * <p>Only demand delivers: each request delivers one element. Signals without demand are counted into the next element.
 * Elements come on a loop's thread.
 */
public final class SignalFlux {

    private static final String FAULT = "it reports a fault of the program, which the JVM handles";
    private static final String KERNEL = "no process can handle it: signal(7)";

    /** Why a signal is refused. {@link JvmSignals} has where HotSpot uses them. */
    private static final Map<String, String> RESERVED = Map.of(
            "KILL", KERNEL,
            "STOP", KERNEL,
            "SEGV", FAULT,
            "BUS", FAULT,
            "FPE", FAULT,
            "ILL", FAULT,
            "TRAP", FAULT,
            "QUIT", "the JVM prints its threads for it",
            "USR2", "the JVM suspends its threads by it; USR1 is free");

    private SignalFlux() {}

    /**
     * Delivers one or several signals. Those without demand are counted per signal, and then delivered in the order in
     * which they came first.
     *
     * @param loops the loops to run on
     * @param name  {@code TERM} or {@code SIGTERM}, a name of this platform
     * @param more  further names; a signal that is named twice counts once
     * @return their deliveries from {@code onSubscribe} on; never completes. Ends with {@link IllegalStateException} if
     *     the JVM keeps one of the signals (it was started with {@code -Xrs}, or by nohup(1)) or the loops have been
     *     closed, and with {@link UnsupportedOperationException} where signals cannot be watched. The JVM's reaction to
     *     all of them is back then
     * @throws IllegalArgumentException if the platform has no such signal, or the JVM or the kernel reserves it
     */
    public static Flux<SignalCount> on(FdLoops loops, String name, String... more) {
        Map<Integer, KernelSource<SignalCount>> sources = new LinkedHashMap<>();
        for (String one : Stream.concat(Stream.of(name), Stream.of(more)).toList()) {
            String shortName = SignalNames.shortName(one);
            sources.putIfAbsent(number(one), source(one, (count, detail) -> new SignalCount(shortName, count)));
        }
        String all = sources.values().stream().map(KernelSource::name).collect(Collectors.joining(", "));
        return new SourceFlux<>(loops.placement(), all, List.copyOf(sources.values()));
    }

    /** The source of a signal, with {@link #on}'s errors. */
    static <T> KernelSource<T> source(String name, KernelSource.Reports<T> reports) {
        int number = number(name);
        String shortName = SignalNames.shortName(name);
        String reason = RESERVED.get(shortName);
        if (reason != null) {
            throw new IllegalArgumentException("signal " + shortName + " cannot be subscribed to: " + reason);
        }
        return new KernelSource<>(
                "signal " + shortName,
                SourceKind.SIGNAL,
                number,
                0,
                false,
                reports,
                errno -> refusal(shortName, errno));
    }

    private static int number(String name) {
        return SignalNames.number(name)
                .orElseThrow(() -> new IllegalArgumentException("this system has no signal " + name + "; it has "
                        + String.join(", ", SignalNames.all().keySet())));
    }

    private static Exception refusal(String name, int errno) {
        if (errno == Errno.EBUSY) {
            return new IllegalStateException("the JVM keeps signal " + name
                    + ": it was started with -Xrs, or with the signal ignored, as nohup(1) does");
        }
        return Errno.exception("signal", name, errno);
    }

    /**
     * Reacts to a subscribed signal as the JVM would without subscriber. For TERM, INT and HUP this shuts the JVM down,
     * with its hooks, and never completes. Runs on a thread that may block.
     *
     * @param name of a signal
     * @return whether there was a reaction of the JVM; false if the signal has no subscriber now, or if the JVM leaves
     *     it to the kernel
     * @throws IllegalArgumentException if the platform has no such signal
     */
    public static Mono<Boolean> passOn(String name) {
        int number = number(name);
        return Mono.fromCallable(() -> JvmSignals.passOn(number)).subscribeOn(Schedulers.boundedElastic());
    }
}
