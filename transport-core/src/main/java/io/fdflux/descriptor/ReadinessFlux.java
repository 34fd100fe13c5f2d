package io.fdflux.descriptor;

import io.fdflux.engine.Registration;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * Signals that a descriptor is ready, for code that makes the calls itself. Each request is answered once a call would
 * not block. Nothing is read, written or accepted here.
 */
public final class ReadinessFlux extends Flux<Long> {

    /** The number of bytes is not known. */
    private static final long UNKNOWN = -1;

    private final DescriptorHandles handles;
    private final Descriptor descriptor;
    private final boolean reading;

    /**
     * Creates a Flux that polls while it has demand.
     *
     * @param handles    the registry of the loops
     * @param descriptor open
     * @param reading    whether it waits until a read or accept would not block; else a write
     */
    public ReadinessFlux(DescriptorHandles handles, Descriptor descriptor, boolean reading) {
        this.handles = handles;
        this.descriptor = descriptor;
        this.reading = reading;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Long> actual) {
        new ReadinessStream(handles, descriptor, actual, reading).subscribe();
    }

    /**
     * One direction. An attempt is a poll(2), because an edge-triggered watch does not report what is ready already.
     *
     * <pre>
     * poll(2) answers | what happens
     * ----------------+---------------------------------------------------------------
     * ready           | delivered; once per turn, so that other descriptors are served
     * not ready       | demand stays; the kernel watches
     * an errno        | the stream fails
     * </pre>
     */
    private static final class ReadinessStream extends DemandStream<Long> {

        private final boolean reading;

        ReadinessStream(
                DescriptorHandles handles,
                Descriptor descriptor,
                CoreSubscriber<? super Long> actual,
                boolean reading) {
            super(handles, descriptor, actual, "readiness");
            this.reading = reading;
        }

        @Override
        boolean isReading() {
            return reading;
        }

        @Override
        public boolean watchesHangup() {
            return false; // a hang-up is readiness: the next call finds it
        }

        @Override
        void ended() {
            // Nothing is held.
        }

        @Override
        void want() {
            if (reading) {
                handle().registration().wantRead();
            } else {
                handle().registration().wantWrite();
            }
        }

        @Override
        void unwant() {
            if (reading) {
                handle().registration().dropRead();
            } else {
                handle().registration().dropWrite();
            }
        }

        @Override
        void makeAttempt() {
            Registration registration = handle().registration();
            int ready = handle().io().poll(reading);
            if (ready < 0) {
                fail(Errno.exception("poll", descriptor(), -ready));
            } else if (ready > 0) {
                deliver(reading ? Math.max(UNKNOWN, handle().io().available()) : UNKNOWN);
            } else if (reading) {
                registration.onReadWouldBlock();
            } else {
                registration.onWriteWouldBlock();
            }
        }

        @Override
        public void onHangup() {
            // The next attempt finds it.
        }
    }
}
