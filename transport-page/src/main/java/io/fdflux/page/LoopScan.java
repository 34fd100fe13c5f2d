package io.fdflux.page;

import io.fdflux.netty.FdChannelState;
import io.netty.channel.Channel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * Looks at the channels of one loop, on its thread, for one sample. It looks at a slice of them, and lets the loop
 * serve its descriptors before the next one, so that ten thousand channels hold it up no longer than a thousand.
 *
 * <p>It keeps those channels that need a look most. The rest only counts.
 */
final class LoopScan implements Runnable {

    static final int SLICE = 1000;

    private static final AttributeKey<Full> FULL = AttributeKey.valueOf(LoopScan.class, "FULL");

    private static final Comparator<Found> LESS_NEEDED_FIRST = Comparator.comparing(Found::waits)
            .reversed()
            .thenComparingLong(Found::bytes)
            .thenComparing(found -> found.channel().hashCode()); // so that equals keep their places

    /**
     * When a socket was first seen full, with as many events as it has now. Kept at channels with a full socket alone.
     */
    private record Full(int writableEvents, long nanos) {}

    private record Found(Channel channel, FdChannelState state, Waits waits, long fullNanos) {
        long bytes() {
            return state.unsent() + Math.max(0, state.unread());
        }
    }

    /**
     * What all scans have in common.
     *
     * @param limit     of the connections that a scan keeps
     * @param slowNanos how long a full socket without an event makes a slow reader
     * @param nanoTime  the clock of the samples
     * @param worksFor  see {@link DemandPage}
     */
    record Settings(int limit, long slowNanos, LongSupplier nanoTime, UnaryOperator<Channel> worksFor) {}

    private final int group;
    private final int index;
    private final SingleThreadEventLoop loop;
    private final Settings settings;
    private final BiConsumer<Answer, Throwable> done;
    private final long askedAt;

    private final Map<Waits, Integer> waits = new EnumMap<>(Waits.class);
    private final PriorityQueue<Found> kept = new PriorityQueue<>(LESS_NEEDED_FIRST);
    private Iterator<Channel> channels;
    private long micros;
    private int demand;
    private long unread;
    private long staged;
    private long pending;

    /** What the scan of a loop found. */
    record Answer(String name, long micros, Sample.Sums sums, List<Sample.OfConnection> connections) {}

    /**
     * Prepares the scan of a loop.
     *
     * @param done gets the answer or a failure, on the loop's thread
     */
    LoopScan(int group, int index, SingleThreadEventLoop loop, Settings settings, BiConsumer<Answer, Throwable> done) {
        this.group = group;
        this.index = index;
        this.loop = loop;
        this.settings = settings;
        this.done = done;
        this.askedAt = System.nanoTime();
    }

    @Override
    public void run() {
        try {
            if (lookAtSlice()) {
                done.accept(answer(), null);
            } else {
                loop.schedule(this, 1, TimeUnit.MILLISECONDS); // a task would run before the next poll
            }
        } catch (RejectedExecutionException e) {
            done.accept(answer(), null); // the loop ends
        } catch (RuntimeException e) {
            done.accept(null, e);
        }
    }

    /** {@return whether it was the last one} */
    private boolean lookAtSlice() {
        if (channels == null) {
            micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - askedAt);
            channels = loop.registeredChannelsIterator();
        }
        for (int i = 0; i < SLICE && channels.hasNext(); i++) {
            Channel channel = channels.next();
            FdChannelState.of(channel).ifPresent(state -> look(channel, state));
        }
        return !channels.hasNext();
    }

    private void look(Channel channel, FdChannelState state) {
        long fullNanos = fullNanos(channel, state);
        Waits wait = Waits.of(state, Rows.hasPeer(channel), fullNanos >= settings.slowNanos());
        waits.merge(wait, 1, Integer::sum);
        demand += state.demand() ? 1 : 0;
        unread += Math.max(0, state.unread());
        staged += state.staged();
        pending += state.pending();
        keep(new Found(channel, state, wait, fullNanos));
    }

    private void keep(Found found) {
        if (kept.size() == settings.limit()) {
            if (LESS_NEEDED_FIRST.compare(found, kept.peek()) <= 0) {
                return;
            }
            kept.poll();
        }
        kept.add(found);
    }

    /** For how long the socket has been full without an event, as far as samples have seen it. */
    private long fullNanos(Channel channel, FdChannelState state) {
        if (!state.full()) {
            if (channel.hasAttr(FULL)) {
                channel.attr(FULL).set(null);
            }
            return 0;
        }
        Attribute<Full> since = channel.attr(FULL);
        Full known = since.get();
        if (known == null || known.writableEvents() != state.writableEvents()) {
            since.set(new Full(state.writableEvents(), settings.nanoTime().getAsLong()));
            return 0;
        }
        return settings.nanoTime().getAsLong() - known.nanos();
    }

    private Answer answer() {
        List<Sample.OfConnection> rows = kept.stream()
                .sorted(LESS_NEEDED_FIRST.reversed())
                .map(found -> Rows.row(
                        group,
                        index,
                        found.channel(),
                        found.state(),
                        found.waits(),
                        TimeUnit.NANOSECONDS.toMillis(found.fullNanos()),
                        settings.worksFor()))
                .toList();
        return new Answer(
                Thread.currentThread().getName(),
                micros,
                new Sample.Sums(waits, demand, unread, staged, pending),
                rows);
    }
}
