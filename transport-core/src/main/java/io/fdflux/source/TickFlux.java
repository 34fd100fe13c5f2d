package io.fdflux.source;

import io.fdflux.loop.LoopGuest;
import io.fdflux.loop.Placement;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * Delivers the ticks of a period, as how many there were since the last element. Without demand it sets no timer; the
 * ticks that pass meanwhile are counted when the next request comes, by the clock alone.
 *
 * <p>It needs no timer of the kernel: the loop waits until its next deadline, exact to the nanosecond where the
 * kernel allows.
 */
public final class TickFlux extends Flux<Long> {

    private final Placement where;
    private final Ticker ticker;
    private final long delayNanos;
    private final long periodNanos;

    /**
     * Creates a Flux whose ticks begin with its subscription.
     *
     * @param where       chooses the loop of a subscription; its priority has no effect, because timers come first
     * @param ticker      the clock of the loops
     * @param delayNanos  from the subscription to the first tick, not negative
     * @param periodNanos from tick to tick, positive
     */
    public TickFlux(Placement where, Ticker ticker, long delayNanos, long periodNanos) {
        this.where = where;
        this.ticker = ticker;
        this.delayNanos = delayNanos;
        this.periodNanos = periodNanos;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Long> actual) {
        new TickStream(where.nextLoop(), actual, ticker, ticker.nanoTime() + delayNanos, periodNanos).subscribe();
    }

    private static final class TickStream extends LoopStream<Long> implements LoopGuest {

        private final Ticker ticker;
        private final long first;
        private final long period;
        private final Runnable turn = this::serve;
        private long delivered;
        private ScheduledFuture<?> timer;
        private boolean serving;

        TickStream(IoEventLoop loop, CoreSubscriber<? super Long> actual, Ticker ticker, long first, long period) {
            super(loop, actual, "a timer of " + Duration.ofNanos(period));
            this.ticker = ticker;
            this.first = first;
            this.period = period;
        }

        @Override
        void register() {
            register(this);
        }

        @Override
        protected void demanded() {
            if (timer == null && !serving) {
                serve();
            }
        }

        private void timeout() {
            timer = null;
            guarded(turn);
        }

        /** Delivers what is due, as one element per turn, then sets the timer if there is more demand. */
        private void serve() {
            serving = true; // a request within onNext is served by this call
            try {
                long due = hasDemand() ? passed(ticker.nanoTime()) - delivered : 0;
                if (due > 0) {
                    delivered += due;
                    next(due);
                }
            } finally {
                serving = false;
            }
            if (hasDemand()) {
                // Also if it is due already: a short period does not keep the loop from its other users.
                long wait = Math.max(0, first + delivered * period - ticker.nanoTime());
                timer = loop().schedule(this::timeout, wait, TimeUnit.NANOSECONDS);
            }
        }

        /** The ticks until now. */
        private long passed(long now) {
            long sinceFirst = now - first;
            return sinceFirst < 0 ? 0 : sinceFirst / period + 1;
        }

        @Override
        void ended() {
            if (timer != null) {
                timer.cancel(false);
            }
        }

        @Override
        public void close() {
            closedByLoop();
        }
    }
}
