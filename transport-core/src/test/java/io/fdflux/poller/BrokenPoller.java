package io.fdflux.poller;

import io.fdflux.posix.io.Io;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A poller without a kernel that passes the self-test except for one fault. */
final class BrokenPoller implements Poller {

    /** The fault, and the self-test's message for it. */
    enum Fault {
        NONE(""),
        CANNOT_BE_OPENED("the poller is opened: expected no exception, got java.io.IOException: no descriptors"),
        EVENT_OF_NOTHING("an empty pipe is watched: expected nothing, got READABLE for token 0x123456789abcdef"),
        NO_EVENT("expected READABLE with 3 bytes for token 0x123456789abcdef, got nothing in "),
        HALF_A_TOKEN("got READABLE with 3 bytes for token 0x89abcdef"),
        SIGN_OF_HALF_A_TOKEN("got READABLE with 3 bytes for token 0xffffffff89abcdef"),
        WRONG_COUNT("expected READABLE with 3 bytes for token 0x123456789abcdef, got READABLE with 4 bytes"),
        EVENT_HAS_ERROR("got READABLE|ERROR with 3 bytes and errno 22"),
        REPORTS_FOR_EVER("nothing more happens: expected nothing, got READABLE"),
        DOES_NOT_WAIT("nothing more happens: expected a wait of 300000 ns, got none, 3 times"),
        NO_ROOM("the other end is watched for writing: expected WRITABLE for token 0x7edcba9876543210, got nothing"),
        NO_END("that end is closed: expected READABLE|HANGUP with 3 bytes for token 0x123456789abcdef, got nothing"),
        END_IS_DATA(
                "that end is closed: expected READABLE|HANGUP with 3 bytes for token 0x123456789abcdef, got READABLE"
                        + " with"),
        WAKEUP_LOST("another thread wakes it: expected the end of a wait, got none in 2 waits"),
        WAKEUP_FAILS("got none in 2 waits of 100 ms: java.lang.IllegalStateException: EINVAL"),
        THROWS("3 bytes are written to it: expected no exception, got java.lang.IllegalStateException: EFAULT"),
        IS_NOT_LINKED("got java.lang.UnsatisfiedLinkError: kevent"),
        HANGS("3 bytes are written to it: expected an end within 1000 ms, got none: a call does not return"),
        HANGS_FOR_EVER("expected an end within 1000 ms, got none: a call does not return");

        final String told;

        Fault(String told) {
            this.told = told;
        }
    }

    record Provider(String name, int priority, Fault fault) implements PollerProvider {
        @Override
        public Optional<Throwable> unavailabilityCause() {
            return Optional.empty();
        }

        @Override
        public Poller open() throws IOException {
            if (fault == Fault.CANNOT_BE_OPENED) {
                throw new IOException("no descriptors");
            }
            return new BrokenPoller(fault);
        }
    }

    private record Watch(int fd, int interest) {}

    private final Fault fault;
    private final Map<Long, Watch> watches = new HashMap<>();
    private final Semaphore wakeups = new Semaphore(0);
    private boolean writerGone;

    private BrokenPoller(Fault fault) {
        this.fault = fault;
    }

    @Override
    public int update(int fd, int before, int now, long token) {
        watches.put(token, new Watch(fd, now));
        return 0;
    }

    @Override
    public int poll(long timeoutNanos, ReadinessSink sink) {
        int reported = 0;
        for (Map.Entry<Long, Watch> entry : Map.copyOf(watches).entrySet()) {
            reported += report(entry.getKey(), entry.getValue(), sink);
        }
        if (reported == 0 && fault != Fault.DOES_NOT_WAIT) {
            pause(wakeups, timeoutNanos);
        }
        return reported;
    }

    private int report(long token, Watch watch, ReadinessSink sink) {
        boolean reading = watch.interest() == Interest.READ;
        int available = Io.available(watch.fd());
        if (reading && available == 0 && fault != Fault.EVENT_OF_NOTHING || fault == Fault.NO_EVENT) {
            return 0;
        }
        if (!reading && fault == Fault.NO_ROOM || writerGone && fault == Fault.NO_END) {
            return 0;
        }
        if (reading && available > 0) {
            fail();
        }
        int readiness = reading ? Readiness.READABLE : Readiness.WRITABLE;
        if (writerGone && fault != Fault.END_IS_DATA) {
            readiness |= Readiness.HANGUP;
        }
        if (fault == Fault.EVENT_HAS_ERROR) {
            readiness |= Readiness.ERROR;
        }
        long count = reading && available > 0 ? available : ReadinessSink.UNKNOWN;
        sink.event(
                switch (fault) {
                    case HALF_A_TOKEN -> token & 0xFFFF_FFFFL;
                    case SIGN_OF_HALF_A_TOKEN -> (int) token;
                    default -> token;
                },
                readiness,
                fault == Fault.WRONG_COUNT ? count + 1 : count,
                fault == Fault.EVENT_HAS_ERROR ? 22 : 0);
        if (fault != Fault.REPORTS_FOR_EVER) {
            watches.remove(token);
        }
        return 1;
    }

    private void fail() {
        switch (fault) {
            case THROWS -> throw new IllegalStateException("EFAULT");
            case IS_NOT_LINKED -> throw new UnsatisfiedLinkError("kevent");
            case HANGS -> pause(wakeups, Long.MAX_VALUE);
            case HANGS_FOR_EVER -> pause(new Semaphore(0), Long.MAX_VALUE);
            default -> {}
        }
    }

    private static void pause(Semaphore wakeups, long nanos) {
        try {
            wakeups.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void forget(int fd, long token) {
        writerGone = watches.values().removeIf(w -> w.fd() == fd) || watches.isEmpty();
    }

    @Override
    public void wakeup() {
        if (fault == Fault.WAKEUP_FAILS) {
            throw new IllegalStateException("EINVAL");
        }
        if (fault != Fault.WAKEUP_LOST) {
            wakeups.release();
        }
    }

    @Override
    public boolean armSpentByEvent() {
        return true;
    }

    @Override
    public void close() {
        watches.clear();
    }
}
