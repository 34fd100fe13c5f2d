package io.fdflux.engine;

import io.fdflux.spi.Poller;
import io.fdflux.spi.ReadinessSink;

/** A kernel without events. Tests override what they need of it. */
class SilentPoller implements Poller {

    @Override
    public int update(int fd, int before, int now, long token) {
        return 0;
    }

    @Override
    public int poll(long timeoutNanos, ReadinessSink sink) {
        return 0;
    }

    @Override
    public void forget(int fd, long token) {
        // none is known
    }

    @Override
    public void wakeup() {
        // never waits
    }

    @Override
    public boolean armSpentByEvent() {
        return false;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
