package io.fdflux.descriptor;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Input;
import io.fdflux.engine.stream.InputOwner;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Accepts the connections of a listening socket, one per request. Connections that nobody requests stay queued. */
public final class AcceptFlux extends Flux<Descriptor> {

    private final DescriptorHandles handles;
    private final Descriptor listener;

    /**
     * Creates a Flux that accepts while it has demand.
     *
     * @param handles  the registry of the loops
     * @param listener a listening socket
     */
    public AcceptFlux(DescriptorHandles handles, Descriptor listener) {
        this.handles = handles;
        this.listener = listener;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Descriptor> actual) {
        new AcceptStream(handles, listener, actual).subscribe();
    }

    /**
     * One acceptor. The rules are in the table of {@link Input}: an accept is a read, and there is no end.
     *
     * <pre>
     * accept(2) answers             | what happens
     * ------------------------------+---------------------------------------------------------------
     * a connection                  | delivered; again while there is demand
     * EAGAIN                        | demand stays
     * an errno of a lost connection | the next one is tried, up to MOST_GONE per turn
     * EMFILE, ENFILE, ENOBUFS,      | the connection stays queued; tried again after BACKOFF_NANOS
     * ENOMEM                        |
     * another errno                 | the stream fails
     * </pre>
     */
    private static final class AcceptStream extends DemandStream<Descriptor> implements InputOwner {

        private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(AcceptFlux.class);

        /** Connections per turn that were gone before they were accepted, until that counts as a failure. */
        private static final int MOST_GONE = 64;

        private static final long BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

        /** What a later call may find again: see "ERRORS" of accept(2). */
        private static final Set<Integer> SCARCE = Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM);

        private static final int ONE = 1;

        private final CoreSubscriber<? super Descriptor> actual;
        private final Input input = new Input(this);

        private boolean backingOff;

        AcceptStream(DescriptorHandles handles, Descriptor listener, CoreSubscriber<? super Descriptor> actual) {
            super(handles, listener, actual, "accept");
            this.actual = actual;
        }

        @Override
        boolean isReading() {
            return true;
        }

        @Override
        public boolean watchesHangup() {
            return false; // a listener has no peer
        }

        @Override
        void ended() {
            // The listener stays its owner's.
        }

        @Override
        void want() {
            if (!backingOff) {
                super.want();
            }
        }

        // ---- the engine's side

        @Override
        void makeAttempt() {
            input.attempt(handle().registration());
        }

        @Override
        public void onHangup() {
            // Not watched.
        }

        // ---- the input's side

        @Override
        public int read(Registration registration) {
            int result = accept(registration);
            for (int gone = 0; Errno.isOfPendingConnection(-result) && gone < MOST_GONE; gone++) {
                registration.counters().acceptError();
                result = accept(registration);
            }
            return result < 0 ? result : ONE;
        }

        private int accept(Registration registration) {
            registration.countRead(0);
            try {
                return handle().io().accept(this::accepted);
            } catch (IOException e) {
                fail(e);
                return -Errno.EAGAIN; // nothing was accepted, and nothing will be
            }
        }

        private void accepted(Descriptor connection) {
            Registration registration = handle().registration();
            registration.counters().accepted();
            registration.onRead(ONE, ONE);
            if (isOver()) {
                connection.closeUnchecked();
                Operators.onNextDropped(connection, actual.currentContext());
            } else {
                deliver(connection);
            }
        }

        @Override
        public boolean mayReadAgain(Registration registration, int reads, long bytes) {
            return hasDemand() && !isOver() && registration.isReadReady() && reads < READS_PER_TURN;
        }

        @Override
        public boolean hasEnd() {
            return false;
        }

        @Override
        public void onReadError(int errno) {
            IOException error = Errno.exception("accept", descriptor(), errno);
            if (!SCARCE.contains(errno)) {
                fail(error);
                return;
            }
            LOGGER.warn("No connection can be accepted; trying again in {} ms", BACKOFF_NANOS / 1_000_000, error);
            handle().registration().onAcceptBackOff(errno, BACKOFF_NANOS);
            handle().registration().dropRead();
            backingOff = handle().onLoopAfter(BACKOFF_NANOS, () -> guarded(this::resume));
        }

        private void resume() {
            backingOff = false;
            if (!isOver() && hasDemand()) {
                want();
            }
        }

        @Override
        public void onBufferFailure(Registration registration, Throwable cause) {
            fail(cause);
        }
    }
}
