package io.fdflux.source;

import io.fdflux.engine.SourceRegistration;
import io.fdflux.loop.LoopSource;
import io.fdflux.loop.Placement;
import io.fdflux.posix.Errno;
import io.fdflux.spi.SourceKind;
import io.netty.channel.IoRegistration;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * Delivers the reports of kernel sources on one loop, one per request. The kernel watches from the subscription on, and
 * counts per source what happens without demand.
 *
 * @param <T> the elements
 */
public final class SourceFlux<T> extends Flux<T> {

    private final Placement where;
    private final String name;
    private final List<KernelSource<T>> sources;

    /**
     * Creates a Flux that watches while it is subscribed to.
     *
     * @param where  chooses the loop of a subscription, and its place in a pass
     * @param source what to watch
     */
    public SourceFlux(Placement where, KernelSource<T> source) {
        this(where, source.name(), List.of(source));
    }

    /**
     * Creates a Flux that watches several sources while it is subscribed to. If one is refused, none is watched on.
     *
     * @param where   chooses the loop of a subscription, and its place in a pass
     * @param name    what the flux delivers, in messages
     * @param sources what to watch
     */
    public SourceFlux(Placement where, String name, List<KernelSource<T>> sources) {
        this.where = where;
        this.name = name;
        this.sources = List.copyOf(sources);
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        new SourceStream<>(where, actual, name, sources).subscribe();
    }

    /**
     * One subscription. With demand, each source has been asked for a report. So a report of one may come after another
     * one has used the demand up:
     *
     * <pre>
     * report  demand  what happens
     * comes   yes     delivered
     * comes   no      kept, one per source; the kernel counts what follows
     * kept    yes     delivered before any other, in the order of the reports
     * </pre>
     */
    private static final class SourceStream<T> extends LoopStream<T> {

        private final List<Watch> watches = new ArrayList<>(1);
        private final int priority;
        private final ArrayDeque<Watch> kept = new ArrayDeque<>(1);
        private boolean serving;

        SourceStream(Placement where, CoreSubscriber<? super T> actual, String name, List<KernelSource<T>> sources) {
            super(where.nextLoop(), actual, name);
            priority = where.priority();
            for (KernelSource<T> source : sources) {
                Watch watch = new Watch(source);
                watches.add(watch);
                if (source.reports().beginAtOnce()) {
                    kept.add(watch);
                }
            }
        }

        @Override
        void register() {
            for (Watch watch : watches) {
                if (isOver()) { // the registration of one before has failed
                    return;
                }
                watch.begin();
            }
        }

        @Override
        void ended() {
            watches.forEach(Watch::end);
        }

        @Override
        protected void demanded() {
            if (!serving) { // else a request within onNext, which the present call serves
                serve();
            }
        }

        private void serve() {
            serving = true;
            try {
                while (hasDemand() && !kept.isEmpty()) {
                    kept.remove().deliver();
                }
            } finally {
                serving = false;
            }
            if (hasDemand()) {
                watches.forEach(Watch::ask);
            }
        }

        /** One of the sources. */
        private final class Watch implements LoopSource {

            private final KernelSource<T> source;
            private IoRegistration registration;
            private boolean begun;
            /** A report has been asked for and has not come. */
            private boolean asked;

            // Of reports that were not delivered.
            private long count;
            private int detail;

            Watch(KernelSource<T> source) {
                this.source = source;
            }

            void begin() {
                begun = true;
                source.reports().begin(cause -> onLoop(() -> fail(cause)));
                if (!isOver()) {
                    register();
                }
            }

            void end() {
                if (begun) {
                    source.reports().end();
                }
            }

            private void register() {
                registration = SourceStream.this.register(this);
            }

            void ask() {
                if (!asked) {
                    asked = true;
                    registration.<SourceRegistration>attachment().want();
                }
            }

            void deliver() {
                long times = count;
                count = 0;
                T element;
                try {
                    element = source.reports().element(times, detail);
                } catch (IOException e) {
                    fail(e);
                    return;
                }
                if (element != null) {
                    next(element);
                    if (source.once()) {
                        complete();
                    }
                } else if (source.once()) {
                    unregister(registration);
                    register();
                }
            }

            private void report(long times, int what) {
                asked = false;
                if (isOver()) { // another thread has cancelled; its task is still queued
                    return;
                }
                count += times;
                detail = what;
                if (!kept.contains(this)) {
                    kept.add(this);
                }
                demanded();
            }

            // ---- the source

            @Override
            public SourceKind kind() {
                return source.kind();
            }

            @Override
            public long ident() {
                return source.ident();
            }

            @Override
            public long detail() {
                return source.detail();
            }

            @Override
            public int priority() {
                return priority;
            }

            @Override
            public void occurred(long times, int what) {
                guarded(() -> report(times, what));
            }

            @Override
            public void refused(int errno) {
                fail(
                        errno == Errno.ENOSYS
                                ? new UnsupportedOperationException(
                                        this + " is not possible: this system has no such source for its poller")
                                : source.refusal().apply(errno));
            }

            @Override
            public void close() {
                if (registration.isValid()) { // else another one of this stream was closed before
                    closedByLoop();
                }
            }

            @Override
            public String toString() {
                return source.name();
            }
        }
    }
}
