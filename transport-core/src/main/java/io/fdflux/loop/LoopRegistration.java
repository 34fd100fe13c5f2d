package io.fdflux.loop;

import io.fdflux.engine.Registration;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;

/** A {@link Registration} wrapped for Netty's event loop, as its {@link #attachment()}. Loop thread only. */
record LoopRegistration(Registration registration, LoopHandle handle) implements IoRegistration {

    @Override
    @SuppressWarnings("unchecked")
    public <T> T attachment() {
        return (T) registration;
    }

    /** Not supported: {@link Registration#wantRead} and {@link Registration#wantWrite} express demand. */
    @Override
    public long submit(IoOps ops) {
        throw new UnsupportedOperationException(
                "a descriptor takes no IoOps; ask its attachment, a " + Registration.class.getName());
    }

    @Override
    public boolean isValid() {
        return registration.isValid();
    }

    @Override
    public boolean cancel() {
        boolean cancelled = registration.cancel();
        if (cancelled) {
            handle.unregistered();
        }
        return cancelled;
    }
}
