package io.fdflux.flux;

import io.fdflux.ExitStatus;
import io.fdflux.FdFlux;
import io.fdflux.Posts;
import io.fdflux.ProcessFlux;
import io.fdflux.SignalCount;
import io.fdflux.SignalFlux;
import io.fdflux.TimerFlux;
import io.fdflux.flux.ReactiveStreamsTckTest.Resources;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pty;
import io.fdflux.posix.Terminal;
import io.fdflux.posix.TerminalSize;
import io.fdflux.test.ScriptedKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.testng.annotations.AfterClass;
import reactor.core.publisher.Flux;

/** The TCK's verifications of timers, posts, signals and exits, for {@link ReactiveStreamsTckTest}. */
public final class SourceVerifications {

    private SourceVerifications() {}

    /** {@link TimerFlux#every}. */
    public static class Ticks extends PublisherVerification<Long> {

        private final Resources resources = new Resources();

        public Ticks() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public Publisher<Long> createPublisher(long elements) {
            Flux<Long> ticks = TimerFlux.every(resources.loops, Duration.ofMillis(1));
            return elements == Long.MAX_VALUE ? ticks : ticks.take(elements);
        }

        @Override
        public Publisher<Long> createFailedPublisher() {
            return TimerFlux.every(ReactiveStreamsTckTest.closedLoops(), Duration.ofMillis(1));
        }

        @AfterClass
        public void close() {
            resources.close();
        }
    }

    /** {@link TimerFlux#at}: one element, here of a time that has passed. */
    public static class PointInTime extends PublisherVerification<Instant> {

        private final Resources resources = new Resources();

        public PointInTime() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return 1;
        }

        @Override
        public Publisher<Instant> createPublisher(long elements) {
            return TimerFlux.at(resources.loops, Instant.EPOCH.plusSeconds(1));
        }

        @Override
        public Publisher<Instant> createFailedPublisher() {
            return TimerFlux.at(ReactiveStreamsTckTest.closedLoops(), Instant.EPOCH.plusSeconds(1));
        }

        @AfterClass
        public void close() {
            resources.close();
        }
    }

    /** {@link Posts#flux}. */
    public static class Posted extends PublisherVerification<Long> {

        private static final int MOST_AT_ONCE = 10_000;

        private final Resources resources = new Resources();

        public Posted() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public Publisher<Long> createPublisher(long elements) {
            Posts<Long> posts = Posts.create(resources.loops);
            if (elements > MOST_AT_ONCE) {
                TimerFlux.every(resources.loops, Duration.ofNanos(100_000))
                        .takeWhile(posts::offer)
                        .onErrorComplete()
                        .subscribe(); // the TCK keeps what it gets, so they must not come too fast
                return posts.flux();
            }
            LongStream.range(0, elements).forEach(posts::offer);
            posts.complete();
            return posts.flux();
        }

        @Override
        public Publisher<Long> createFailedPublisher() {
            return Posts.<Long>create(ReactiveStreamsTckTest.closedLoops()).flux();
        }

        @AfterClass
        public void close() {
            resources.close();
        }
    }

    /** {@link ProcessFlux#exit}: one element. */
    public static class Exit extends PublisherVerification<ExitStatus> {

        private final ScriptedKernel kernel = ScriptedKernel.of();

        public Exit() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return 1;
        }

        @Override
        public Publisher<ExitStatus> createPublisher(long elements) {
            long pid = kernel.processes().foreign();
            return ProcessFlux.exit(kernel.loops(), pid)
                    .doOnSubscribe(s -> kernel.processes().exit(pid, 0));
        }

        @Override
        public Publisher<ExitStatus> createFailedPublisher() {
            return ProcessFlux.exit(kernel.loops(), 1);
        }

        @AfterClass
        public void close() {
            kernel.close();
        }
    }

    /** What a signal of a scripted kernel brings about: one signal is always pending. It never completes. */
    public abstract static class OfSignals<T> extends PublisherVerification<T> {

        final ScriptedKernel kernel = ScriptedKernel.of();

        protected OfSignals() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return publisherUnableToSignalOnComplete();
        }

        final Publisher<T> signalling(Publisher<T> publisher, String name) {
            return DescriptorVerifications.consuming(publisher, element -> signal(name), () -> signal(name));
        }

        /** Sends the signal, unless the last subscriber has cancelled meanwhile. */
        void signal(String name) {
            try {
                kernel.signal(name);
            } catch (IllegalStateException e) {
                // Nobody watches it.
            }
        }

        @AfterClass
        public void close() {
            kernel.close();
        }
    }

    /** {@link SignalFlux#on}, of one signal. */
    public static class Signals extends OfSignals<SignalCount> {

        @Override
        public Publisher<SignalCount> createPublisher(long elements) {
            return signalling(SignalFlux.on(kernel.loops(), "USR1"), "USR1");
        }

        @Override
        public Publisher<SignalCount> createFailedPublisher() {
            return SignalFlux.on(ReactiveStreamsTckTest.closedLoops(), "USR1");
        }
    }

    /** {@link SignalFlux#on}, of several signals that are always pending. */
    public static class SeveralSignals extends OfSignals<SignalCount> {

        @Override
        public Publisher<SignalCount> createPublisher(long elements) {
            return signalling(SignalFlux.on(kernel.loops(), "USR1", "WINCH"), "USR1");
        }

        @Override
        void signal(String name) {
            super.signal(name);
            super.signal("WINCH");
        }

        @Override
        public Publisher<SignalCount> createFailedPublisher() {
            return SignalFlux.on(ReactiveStreamsTckTest.closedLoops(), "USR1", "WINCH");
        }
    }

    /** {@link FdFlux#terminalSizes} of a terminal whose size changes with each element. */
    public static class Sizes extends OfSignals<TerminalSize> {

        private final Queue<AutoCloseable> opened = new ConcurrentLinkedQueue<>();

        @Override
        public Publisher<TerminalSize> createPublisher(long elements) {
            try {
                Pty pty = Pty.open();
                Descriptor descriptor = pty.openTerminal();
                opened.add(descriptor);
                opened.add(pty);
                Terminal screen = Terminal.of(pty.master());
                return signalling(
                        Flux.from(FdFlux.terminalSizes(kernel.loops(), Terminal.of(descriptor)))
                                .doOnNext(size -> resize(screen, size)),
                        "WINCH");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void resize(Terminal screen, TerminalSize last) {
            try {
                screen.resize(new TerminalSize(last.columns() % 1000 + 1, 24));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Publisher<TerminalSize> createFailedPublisher() {
            try (Pty pty = Pty.open();
                    Descriptor descriptor = pty.openTerminal()) {
                return FdFlux.terminalSizes(kernel.loops(), Terminal.of(descriptor));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        @AfterClass
        public void close() {
            super.close();
            for (AutoCloseable one : opened) {
                try {
                    one.close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** {@link SignalFlux#passOn}: one element. It has no failure of its own. */
    public static class PassOn extends PublisherVerification<Boolean> {

        public PassOn() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public long maxElementsFromPublisher() {
            return 1;
        }

        @Override
        public Publisher<Boolean> createPublisher(long elements) {
            return SignalFlux.passOn("WINCH");
        }

        @Override
        public Publisher<Boolean> createFailedPublisher() {
            return null;
        }
    }
}
