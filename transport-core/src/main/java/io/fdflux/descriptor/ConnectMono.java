package io.fdflux.descriptor;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Connect;
import io.fdflux.engine.stream.Output;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Connects a new stream socket. The subscriber owns the descriptor; until then, every other end closes it. */
public final class ConnectMono extends Mono<Descriptor> {

    private final DescriptorHandles handles;
    private final SocketAddress address;

    /**
     * Creates a Mono that connects when it is requested.
     *
     * @param handles the registry of the loops
     * @param address a resolved {@link java.net.InetSocketAddress} or a {@link java.net.UnixDomainSocketAddress}
     */
    public ConnectMono(DescriptorHandles handles, SocketAddress address) {
        this.handles = handles;
        this.address = address;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Descriptor> actual) {
        Descriptor socket;
        try {
            socket = NewSockets.to(address);
        } catch (IOException | RuntimeException e) {
            Operators.error(actual, e);
            return;
        }
        new ConnectStream(handles, socket, actual, address).subscribe();
    }

    /** One connect. It is the writer of its socket until it ends. */
    private static final class ConnectStream extends DemandStream<Descriptor> implements OutputOwner {

        private final CoreSubscriber<? super Descriptor> actual;
        private final SocketAddress address;
        private final Output output = new Output(this);

        private boolean begun;
        private boolean delivered;

        ConnectStream(
                DescriptorHandles handles,
                Descriptor socket,
                CoreSubscriber<? super Descriptor> actual,
                SocketAddress address) {
            super(handles, socket, actual, "connect");
            this.actual = actual;
            this.address = address;
        }

        @Override
        boolean isReading() {
            return false;
        }

        @Override
        public boolean watchesHangup() {
            return false; // a socket that is not connected yet counts as hung up: tcp_poll() in Linux's net/ipv4/tcp.c
        }

        @Override
        void ended() {
            // The lease of this stream keeps the number until the watch is off. A success prevents the close.
            if (!delivered) {
                descriptor().closeUnchecked();
            }
        }

        @Override
        void want() {
            if (begun) {
                return;
            }
            begun = true;
            int result;
            try {
                result = NewSockets.connect(descriptor(), address);
            } catch (IOException e) {
                fail(e);
                return;
            }
            if (result == -Errno.EINPROGRESS) {
                output.startConnecting(handle().registration());
            } else {
                onConnected(-result);
            }
        }

        @Override
        void unwant() {
            // The only element comes with the end.
        }

        @Override
        void makeAttempt() {
            output.attempt(handle().registration());
        }

        @Override
        public void onHangup() {
            // Not watched.
        }

        // ---- the output's side

        @Override
        public int connectOutcome() {
            return Connect.outcome(handle().registration(), descriptor().number());
        }

        @Override
        public void onConnected(int errno) {
            if (errno != 0) {
                fail(NewSockets.connectFailure(address, errno));
                return;
            }
            delivered = true;
            if (!completeWith(actual, descriptor())) {
                descriptor().closeUnchecked();
            }
        }

        @Override
        public boolean hasPending() {
            return false;
        }

        @Override
        public void onWriteError(Throwable cause) {
            fail(cause);
        }

        @Override
        public boolean mayWriteAgain(int writes) {
            return false;
        }

        @Override
        public boolean write(Registration registration) {
            return false; // nothing is ever pending
        }

        @Override
        public boolean isWritable(Registration registration) {
            return !isOver();
        }
    }
}
