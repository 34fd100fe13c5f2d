package io.fdflux.test;

import io.fdflux.spi.EventSources;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Owners;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The poller of a {@link ScriptedKernel}. It waits on the kernel's lock, by the kernel's time, and checks that its
 * caller keeps the contract of {@link Poller}.
 */
final class ScriptedPoller implements Poller, EventSources {

    private static final long NEVER = Long.MAX_VALUE;

    private final ScriptedMachine machine;
    private final List<ScriptedReport> next = new ArrayList<>();
    private final Map<Long, ScriptedDescriptor> ownerOfToken = new HashMap<>();
    private final Owners owners = new Owners();
    private final Set<Long> changedSinceWait = new HashSet<>();
    private Thread owner;
    private boolean woken;
    private boolean waiting;
    private boolean closed;
    private long waits;
    /** By the kernel's time, when the present wait ends; NEVER without a limit. */
    private long deadline = NEVER;

    ScriptedPoller(ScriptedMachine machine) {
        this.machine = machine;
    }

    // In epoll's style each change counts as a kernel call, because tests of the engine check that number.
    @Override
    public int update(int fd, int before, int now, long token) {
        synchronized (machine) {
            checkOwner("update");
            ScriptedDescriptor descriptor = machine.open(fd);
            if (descriptor == null) {
                machine.problems.add("update of descriptor " + fd + ", which is not open");
                return 1;
            }
            if (!owners.accept(fd, before, token)) {
                machine.problems.add("update of " + descriptor + " under token " + token + ", which is stale");
                return 0;
            }
            check(descriptor, before, now, token);
            if (now != Interest.NONE && descriptor.refusal != 0) {
                next.add(new ScriptedDescriptor.Event(
                        token, Readiness.ERROR, ReadinessSink.UNKNOWN, descriptor.refusal));
            } else {
                descriptor.watch(now, token);
            }
            return machine.style == ScriptedKernel.Style.WATCH_PERSISTS ? 1 : 0;
        }
    }

    private void check(ScriptedDescriptor descriptor, int before, int now, long token) {
        boolean takesRefusedBack = descriptor.refusal != 0 && now == Interest.NONE;
        if (before != descriptor.armed && !takesRefusedBack) {
            machine.problems.add("update of " + descriptor + " says that " + before + " was armed");
        }
        if (now == before) {
            machine.problems.add("update of " + descriptor + " changes nothing");
        }
        ScriptedDescriptor known = ownerOfToken.putIfAbsent(token, descriptor);
        if (token < 0 || known != null && known != descriptor) {
            machine.problems.add("token " + token + " of " + descriptor + " is negative, or was given to " + known);
        }
        if (!changedSinceWait.add(token)) {
            machine.problems.add("second update of " + descriptor + " since the last wait (invariant 4)");
        }
    }

    @Override
    public int poll(long timeoutNanos, ReadinessSink sink) {
        List<ScriptedReport> reports;
        synchronized (machine) {
            checkOwner("poll");
            waits++;
            changedSinceWait.clear();
            reports = await(timeoutNanos);
        }
        // Outside the lock, because the sink may run code that waits for the test's thread.
        reports.forEach(report -> report.to(sink));
        return reports.size();
    }

    private List<ScriptedReport> await(long timeoutNanos) {
        deadline = timeoutNanos < 0 ? NEVER : machine.time.nanos() + timeoutNanos;
        while (true) {
            List<ScriptedReport> reports = report();
            if (!reports.isEmpty() || woken || machine.time.nanos() >= deadline) {
                woken = false;
                return reports;
            }
            waiting = true;
            machine.notifyAll();
            try {
                machine.wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return reports;
            } finally {
                waiting = false;
            }
        }
    }

    private List<ScriptedReport> report() {
        List<ScriptedReport> reports = new ArrayList<>(next);
        next.clear();
        machine.changed = false;
        for (ScriptedDescriptor descriptor : machine.descriptors()) {
            reports.addAll(descriptor.report());
        }
        reports.addAll(machine.sources.report());
        return reports;
    }

    /** When the loop's wait ends, by the kernel's time; Long.MAX_VALUE for never. Called under the lock. */
    long deadline() {
        return waiting ? deadline : NEVER;
    }

    private void checkOwner(String call) {
        if (owner == null) {
            owner = Thread.currentThread();
        }
        if (owner != Thread.currentThread()) {
            machine.problems.add(call + " on " + Thread.currentThread() + "; the poller belongs to " + owner);
        }
        if (closed) {
            machine.problems.add(call + " after close");
        }
    }

    /** Reports an event with the next poll, under any token. Called under the lock. */
    void inject(ScriptedDescriptor.Event event) {
        next.add(event);
        machine.notifyAll();
    }

    /** Called under the lock. */
    boolean isClosed() {
        return closed;
    }

    /** Whether the loop waits without a pending event, task or wake-up, or has ended. Called under the lock. */
    boolean isIdle() {
        return closed || waiting && !woken && next.isEmpty() && !machine.changed;
    }

    /** The number of polls. Called under the lock. */
    long waits() {
        return waits;
    }

    @Override
    public void forget(int fd, long token) {
        synchronized (machine) {
            checkOwner("forget");
            ScriptedDescriptor known = ownerOfToken.get(token);
            if (!owners.release(fd, token) && known != null) {
                machine.problems.add("forget of descriptor " + fd + " under token " + token + ", which is stale");
            }
        }
    }

    // ---- sources

    @Override
    public boolean offers(SourceKind kind) {
        synchronized (machine) {
            checkOwner("offers");
            return machine.sources.offers(kind);
        }
    }

    @Override
    public int watch(SourceKind kind, long ident, long detail, long token) {
        synchronized (machine) {
            checkOwner("watch");
            return machine.sources.watch(kind, ident, detail, token);
        }
    }

    @Override
    public void rearm(SourceKind kind, long ident, long token) {
        synchronized (machine) {
            checkOwner("rearm");
            machine.sources.rearm(kind, ident, token);
        }
    }

    @Override
    public void unwatch(SourceKind kind, long ident, long token) {
        synchronized (machine) {
            checkOwner("unwatch");
            machine.sources.unwatch(kind, ident, token);
        }
    }

    // ---- waking and closing

    @Override
    public void wakeup() {
        synchronized (machine) {
            woken = true;
            machine.notifyAll();
        }
    }

    @Override
    public boolean armSpentByEvent() {
        return machine.style == ScriptedKernel.Style.EVENT_SPENDS_WATCH;
    }

    @Override
    public void close() {
        synchronized (machine) {
            closed = true;
            machine.notifyAll();
        }
    }
}
