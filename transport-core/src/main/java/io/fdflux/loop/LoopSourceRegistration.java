package io.fdflux.loop;

import io.fdflux.engine.SourceRegistration;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;

/**
 * A {@link SourceRegistration} wrapped for Netty's event loop, as its {@link #attachment()}. Loop thread only. The
 * owner cancels it after a refusal too, because the loop counts its registrations.
 */
final class LoopSourceRegistration implements IoRegistration {

    private final SourceRegistration registration;
    private final LoopSource source;
    private boolean cancelled;

    LoopSourceRegistration(SourceRegistration registration, LoopSource source) {
        this.registration = registration;
        this.source = source;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T attachment() {
        return (T) registration;
    }

    /** Not supported: {@link SourceRegistration#want} expresses demand. */
    @Override
    public long submit(IoOps ops) {
        throw new UnsupportedOperationException(
                "a kernel source takes no IoOps; ask its attachment, a " + SourceRegistration.class.getName());
    }

    @Override
    public boolean isValid() {
        return !cancelled;
    }

    @Override
    public boolean cancel() {
        if (cancelled) {
            return false;
        }
        cancelled = true;
        registration.cancel();
        source.unregistered();
        return true;
    }
}
