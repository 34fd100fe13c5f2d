package io.fdflux.engine;

import io.fdflux.engine.jfr.LoopEvents;
import io.fdflux.spi.BatchSender;
import io.fdflux.spi.Poller;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Drives the descriptors, kernel sources and guests of one loop, between the loop's tasks and timers
 * ({@link LoopContext}) and its {@link Poller}. Loop thread only, except {@link #wakeup}.
 *
 * <p>One call of {@link #iterate} does this:
 *
 * <pre>
 * 1 run list: reads     wanted since the last iteration, speculative ones included, kernel sources, and guests. Two
 *                       passes: a descriptor that the first pass accepts is attempted in the second
 * 2 run list: writes    the end of the turn: all flushes of tasks and reads, in one pass; what single sends can take
 *                       goes to the kernel together, behind the pass. While a pass of reads takes long, also
 *                       between two of them
 * 3 update list         changed interests go to the poller
 * 4 wait                not at all while a run list has entries, else until the loop's next deadline
 * 5 events              set bits and fill the run list; no handle is called while the poller reports
 * 6 run list: reads     two passes; left to the next iteration if a task was queued or a timer due before the wait,
 *                       or a timer is due behind it, because those run first (invariant 6)
 * </pre>
 *
 * A pass handles the entries present at its start, higher priorities first ({@link RunQueue}). So neither completions
 * nor endless data prolong it, and no priority starves another. The owner of each descriptor limits its own attempt.
 */
public final class Engine {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Engine.class);

    /**
     * While the run lists are not empty, poll only every fourth iteration, because polling would mostly return nothing.
     */
    private static final int ITERATIONS_PER_POLL = 4;

    private static final long FAILED_WAIT_PAUSE_MILLIS = 1000;

    /**
     * How long the writes of a pass may wait for the other reads of it, so that slow handlers of some connections do
     * not hold back the answers of others.
     */
    private static final long LONGEST_WAIT_NANOS = 200_000;

    /**
     * Writes of many descriptors may wait longer, because each of them takes time, too: what they wait for joins them.
     */
    private static final long NANOS_PER_WRITE = 20_000;

    private final Poller poller;
    private final Object name;
    private final boolean armSpentByEvent;
    private final Counters counters = new Counters();
    private final WakeupState wakeups = new WakeupState();
    private final RegistrationTable registrations = new RegistrationTable();
    private final RunQueue<Runner> reads = new RunQueue<>();
    private final RunQueue<Registration> writes = new RunQueue<>();
    private final RunList<Registration> updates = new RunList<>();
    private final SourceTable sources;
    private final SendBatch sends;
    private final ReadinessSink sink = new Reports();
    private final LoopEvents events = LoopEvents.create();
    private final TurnClock clock = new TurnClock(counters, events);
    private final BusyPoll busyPoll = new BusyPoll();
    private int turn;
    private int iterationsWithoutPoll;
    private long waitedNanos;

    /**
     * Creates an engine.
     *
     * @param poller open; the engine owns it from now on
     * @param name   the loop's name in log lines, by its {@code toString()}
     */
    public Engine(Poller poller, Object name) {
        this.poller = poller;
        this.name = name;
        this.armSpentByEvent = poller.armSpentByEvent();
        this.sources = new SourceTable(this, poller);
        this.sends = new SendBatch(poller instanceof BatchSender sender ? sender : SendBatch::sendEach);
    }

    /** {@return the counters of this loop; any thread may read them} */
    public Counters counters() {
        return counters;
    }

    /** {@return where the time of this loop goes; any thread may read it} */
    public TurnClock clock() {
        return clock;
    }

    /**
     * Sets how long a loop without work polls again and again before it blocks, where that has proved worthwhile.
     * Before the first iteration.
     *
     * @param nanos 0 for never
     */
    public void busyPoll(long nanos) {
        busyPoll.limit(nanos);
    }

    /** {@return the handles that are registered now} */
    public List<Handle> handles() {
        return Stream.of(registrations.copy()).map(Registration::handle).toList();
    }

    // ---- one iteration

    /**
     * Runs one iteration.
     *
     * @param loop the loop around it
     * @return the number of attempts made
     */
    public int iterate(LoopContext loop) {
        waitedNanos = 0;
        turn++;
        clock.ioBegins(loop);
        int attempts = passReads(loop) + passReads(loop) + passWrites();
        boolean moreToDo = !reads.isEmpty() || !writes.isEmpty();
        if (moreToDo && ++iterationsWithoutPoll < ITERATIONS_PER_POLL) {
            clock.ioEnded(loop);
            return attempts;
        }
        iterationsWithoutPoll = 0;
        boolean worked = attempts > 0 || updates.size() > 0;
        for (Registration changed = updates.poll(); changed != null; changed = updates.poll()) {
            changed.flushUpdate();
        }
        clock.turnEnded(loop, worked);
        int more = poll(loop, moreToDo) ? passReads(loop) + passReads(loop) : 0;
        if (more > 0) {
            clock.ioEnded(loop);
        }
        return attempts + more;
    }

    /** {@return nanoseconds that the last iteration spent in the poller; 0 unless the context is timed} */
    public long waitedNanos() {
        return waitedNanos;
    }

    private int passReads(LoopContext loop) {
        int count = reads.begin();
        int attempts = count;
        long begin = count > 1 ? loop.nanoTime() : 0;
        for (int left = count - 1; left >= 0; left--) {
            Runner due = reads.next();
            try {
                due.runRead();
            } catch (Throwable t) {
                due.closeFailed(t);
            }
            if (left > 0 && !writes.isEmpty() && haveWaited(loop.nanoTime() - begin)) {
                attempts += passWrites();
                begin = loop.nanoTime();
            }
        }
        return attempts;
    }

    /** Whether the writes of a pass should not wait for the rest of it. */
    private boolean haveWaited(long nanos) {
        return nanos > LONGEST_WAIT_NANOS && nanos > NANOS_PER_WRITE * writes.size();
    }

    private int passWrites() {
        int count = writes.begin();
        for (int i = 0; i < count; i++) {
            Registration due = writes.next();
            try {
                due.runWrite();
            } catch (Throwable t) {
                due.closeFailed(t);
            }
        }
        if (sends.size() > 0) {
            send();
        }
        return count;
    }

    private void send() {
        sends.submit();
        for (int i = 0; i < sends.size(); i++) {
            try {
                sends.complete(i);
            } catch (Throwable t) {
                sends.registration(i).closeFailed(t);
            }
        }
        sends.clear();
    }

    /**
     * Waits and collects events.
     *
     * @return whether the events come first: no task was queued before the wait, and no timer is due
     */
    private boolean poll(LoopContext loop, boolean moreToDo) {
        boolean idle = loop.canBlock();
        long start = loop.isTimed() ? loop.nanoTime() : 0;
        try {
            if (idle && !moreToDo) {
                idle = busyPoll.isOn() ? pollBusily(loop) : block(loop);
            } else {
                collect(0);
            }
        } catch (IOException e) {
            LOGGER.warn("The poller of {} failed to wait; trying again in {} ms", name, FAILED_WAIT_PAUSE_MILLIS, e);
            pause();
        } finally {
            wakeups.unblock();
            counters.turn();
            counters.changes(poller.changes());
            clock.turnBegins(loop);
            waitedNanos += start == 0 ? 0 : loop.nanoTime() - start;
        }
        return idle && loop.nanosToDeadline() != 0;
    }

    private int collect(long timeout) throws IOException {
        counters.waitCall();
        int found = poller.poll(timeout, sink);
        counters.events(found);
        return found;
    }

    /** {@return whether no task was queued before the wait} */
    private boolean block(LoopContext loop) throws IOException {
        wakeups.block();
        boolean idle = loop.canBlock();
        if (!idle) {
            wakeups.unblock();
        }
        collect(idle ? loop.nanosToDeadline() : 0);
        return idle;
    }

    /** As {@link #block}, but first polls for a while without, if that is due. */
    private boolean pollBusily(LoopContext loop) throws IOException {
        long begin = loop.nanoTime();
        if (busyPoll.isDue()) {
            do {
                int found = collect(0);
                boolean idle = loop.canBlock();
                if (found > 0 || !idle) {
                    busyPoll.polled(true);
                    return idle;
                }
                counters.turn(); // each wait that is counted ends
            } while (busyPoll.isWithinLimit(loop.nanoTime() - begin));
            busyPoll.polled(false);
            begin = loop.nanoTime();
        }
        boolean idle = block(loop);
        busyPoll.blocked(loop.nanoTime() - begin);
        return idle;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(FAILED_WAIT_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Passes on what the poller reports. */
    private final class Reports implements ReadinessSink {

        @Override
        public void event(long token, int readiness, long available, int errno) {
            Registration registration = registrations.get(token);
            if (registration == null) {
                counters.staleEvent();
            } else {
                registration.onEvent(readiness, available, errno);
            }
        }

        @Override
        public void occurred(long token, long count, int detail) {
            sources.onOccurred(token, count, detail);
        }

        @Override
        public void sourceRefused(long token, int errno) {
            sources.onRefused(token, errno);
        }
    }

    /** Makes a blocked loop return. Any thread; only the first caller per wait makes the system call. */
    public void wakeup() {
        if (wakeups.claim()) {
            counters.wakeupSent();
            poller.wakeup();
        } else {
            counters.wakeupSkipped();
        }
    }

    // ---- life cycle

    /**
     * Registers a descriptor. The handle's owner must later call {@link Registration#cancel} or
     * {@link Registration#closing}.
     *
     * @param handle the owner of an open descriptor
     * @return its registration, without demand
     */
    public Registration register(Handle handle) {
        Registration registration = new Registration(this, handle);
        registration.token(registrations.add(registration));
        return registration;
    }

    /**
     * Whether the poller watches a kind of kernel source.
     *
     * @param kind the kind
     * @return false if {@link #watch} would only refuse
     */
    public boolean offers(SourceKind kind) {
        return sources.offers(kind);
    }

    /**
     * Watches a kernel source from now on. The handle's owner must later call {@link SourceRegistration#cancel}. A
     * refusal reaches the handle in the next iteration, never in this call.
     *
     * @param kind   the kind
     * @param ident  what to watch, see {@link io.fdflux.spi.EventSources}
     * @param detail more about it, see there
     * @param handle the owner
     * @return its registration, without demand
     */
    public SourceRegistration watch(SourceKind kind, long ident, long detail, SourceHandle handle) {
        return sources.watch(kind, ident, detail, handle);
    }

    /**
     * Admits a guest. Its owner must later call {@link GuestRegistration#cancel}.
     *
     * @param guest    asks for turns
     * @param priority its place in a pass: a higher one runs first
     * @return its registration, without demand
     */
    public GuestRegistration admit(Guest guest, int priority) {
        return new GuestRegistration(this, guest, priority);
    }

    /**
     * Closes all handles, except those that are {@linkplain Handle#isLingering() lingering}. Guests are not among them.
     *
     * @return whether there was any
     */
    public boolean closeAll() {
        boolean any = sources.closeAll();
        for (Registration registration : registrations.copy()) {
            if (!registration.handle().isLingering()) {
                any = true;
                registration.close();
            }
        }
        return any;
    }

    /** {@return the bytes that handles have promised to send, and the kernel has not taken} */
    public long promisedBytes() {
        long bytes = 0;
        for (Registration registration : registrations.copy()) {
            bytes += registration.handle().promisedBytes();
        }
        return bytes;
    }

    /**
     * Sends what handles have promised, as far as the kernel takes it. No user code runs. The only method that another
     * thread may call instead of the loop's: at the end of the process, while the loop's thread is blocked in user code
     * for good.
     */
    public void sendPromised() {
        for (Registration registration : registrations.copy()) {
            registration.handle().sendPromised();
        }
    }

    /** Closes all handles, then the poller. */
    public void destroy() {
        try {
            closeAll();
            for (Registration lingering : registrations.copy()) {
                lingering.close();
            }
        } finally {
            poller.close();
        }
    }

    // ---- for registrations

    int turn() {
        return turn;
    }

    boolean armSpentByEvent() {
        return armSpentByEvent;
    }

    void queueRun(Runner runner, int priority) {
        reads.add(runner, priority);
    }

    void queueWrite(Registration registration, int priority) {
        writes.add(registration, priority);
    }

    /** {@return the number of priorities that have occurred on both run lists; 0 without any} */
    int levels() {
        return reads.levels() + writes.levels();
    }

    int offerSend(Registration registration, PendingSend send) {
        return sends.offer(registration, send);
    }

    void withdrawSend(int place) {
        sends.withdraw(place);
    }

    /** Notes that the kernel watches nothing for an owner. */
    void refused(Object owner, int errno) {
        counters.refusedChange();
        events.refusedChange(owner, errno);
    }

    /** Notes that an owner accepts nothing for a while. */
    void backsOff(Object owner, int errno, long nanos) {
        counters.acceptBackOff();
        events.acceptBackOff(owner, errno, nanos);
    }

    void queueUpdate(Registration registration) {
        updates.add(registration);
    }

    void update(int fd, int before, int now, long token) {
        counters.armed(Integer.bitCount(now & ~before));
        counters.disarmed(Integer.bitCount(before & ~now));
        counters.updateCalls(poller.update(fd, before, now, token));
    }

    /** Drops the poller's state of a number that is about to be closed. */
    void forget(Registration registration, int fd) {
        poller.forget(fd, registration.token());
    }

    /** Ends a registration; events under its token are stale from now on. */
    void remove(Registration registration) {
        registrations.remove(registration.token());
    }

    /**
     * Prepares for another open file under the number. Drops queued updates and fetched events of the old file, and
     * issues a new token.
     */
    long reissue(Registration registration, int fd) {
        forget(registration, fd);
        registrations.remove(registration.token());
        return registrations.add(registration);
    }
}
