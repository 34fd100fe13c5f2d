package io.fdflux.test;

import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import java.util.Optional;

/** Offers the poller of one kernel. */
record ScriptedProvider(Poller poller) implements PollerProvider {
    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Optional<Throwable> unavailabilityCause() {
        return Optional.empty();
    }

    @Override
    public Poller open() {
        return poller;
    }
}
