package io.fdflux.test;

import io.fdflux.spi.Interest;
import io.fdflux.spi.Owners;
import io.fdflux.spi.Poller;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The poller of a {@link ScriptedKernel}. It waits on the kernel's lock, and checks that its caller keeps the contract
 * of {@link Poller}.
 */
final class ScriptedPoller implements Poller {

    private final ScriptedKernel.Machine machine;
    private final List<ScriptedDescriptor.Event> next = new ArrayList<>();
    private final Map<Long, ScriptedDescriptor> ownerOfToken = new HashMap<>();
    private final Owners owners = new Owners();
    private final Set<Long> changedSinceWait = new HashSet<>();
    private Thread owner;
    private boolean woken;
    private boolean waiting;
    private boolean closed;
    private long waits;

    ScriptedPoller(ScriptedKernel.Machine machine) {
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
        List<ScriptedDescriptor.Event> events;
        synchronized (machine) {
            checkOwner("poll");
            waits++;
            changedSinceWait.clear();
            events = await(timeoutNanos);
        }
        // Outside the lock, because the sink may run code that waits for the test's thread.
        for (ScriptedDescriptor.Event event : events) {
            sink.event(event.token(), event.readiness(), event.available(), event.errno());
        }
        return events.size();
    }

    private List<ScriptedDescriptor.Event> await(long timeoutNanos) {
        long start = System.nanoTime();
        while (true) {
            List<ScriptedDescriptor.Event> events = report();
            long left = timeoutNanos < 0 ? Long.MAX_VALUE : timeoutNanos - (System.nanoTime() - start);
            if (!events.isEmpty() || woken || left <= 0) {
                woken = false;
                return events;
            }
            waiting = true;
            machine.notifyAll();
            try {
                TimeUnit.NANOSECONDS.timedWait(machine, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return events;
            } finally {
                waiting = false;
            }
        }
    }

    private List<ScriptedDescriptor.Event> report() {
        List<ScriptedDescriptor.Event> events = new ArrayList<>(next);
        next.clear();
        machine.changed = false;
        for (ScriptedDescriptor descriptor : machine.descriptors()) {
            events.addAll(descriptor.report());
        }
        return events;
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
