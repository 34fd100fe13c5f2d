package io.fdflux.loop;

import io.fdflux.engine.Engine;
import io.fdflux.engine.GuestRegistration;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The guests of one loop. Loop thread only. */
final class LoopGuests {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(LoopGuests.class);

    private final Engine engine;
    private final Set<Registered> guests = new LinkedHashSet<>();

    LoopGuests(Engine engine) {
        this.engine = engine;
    }

    IoRegistration add(LoopGuest guest) {
        Registered registered = new Registered(guest, engine.admit(guest, guest.priority()));
        guests.add(registered);
        guest.registered();
        return registered;
    }

    /** Closes all guests; true if there was any. */
    boolean closeAll() {
        boolean any = !guests.isEmpty();
        for (Registered registered : List.copyOf(guests)) {
            try {
                registered.guest.close();
            } catch (Throwable t) { // Errors included: they end one guest only (invariant 21)
                LOGGER.warn("{} failed to close", registered.guest, t);
            }
            registered.cancel();
        }
        return any;
    }

    private final class Registered implements IoRegistration {

        private final LoopGuest guest;
        private final GuestRegistration registration;

        Registered(LoopGuest guest, GuestRegistration registration) {
            this.guest = guest;
            this.registration = registration;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T attachment() {
            return (T) registration;
        }

        @Override
        public long submit(IoOps ops) {
            throw new UnsupportedOperationException(guest + " has nothing at a poller, so it takes no IoOps");
        }

        @Override
        public boolean isValid() {
            return guests.contains(this);
        }

        @Override
        public boolean cancel() {
            boolean cancelled = guests.remove(this);
            if (cancelled) {
                registration.cancel();
                guest.unregistered();
            }
            return cancelled;
        }
    }
}
