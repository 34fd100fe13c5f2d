package io.fdflux.kqueue;

import static io.fdflux.spi.Interest.HANGUP;
import static io.fdflux.spi.Interest.NONE;
import static io.fdflux.spi.Interest.READ;
import static io.fdflux.spi.Interest.WRITE;
import static io.fdflux.spi.ReadinessSink.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.kqueue.Recorder.Event;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.SocketAddressBuffer;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.spi.Readiness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests TCP over the loopback: pending connections, failed connects, resets. */
@NeedsKqueue
class KqueueSocketTest {

    private final List<Descriptor> open = new ArrayList<>();
    private KqueuePoller poller;
    private Recorder recorder;
    private Descriptor listener;
    private InetSocketAddress address;

    @BeforeEach
    void listen() throws IOException {
        poller = new KqueuePoller(WakerChoice.AUTO);
        recorder = new Recorder(poller);
        listener = socket();
        Sockets.bind(
                listener.number(),
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0),
                false);
        Sockets.listen(listener.number(), 16);
        address = Sockets.localAddress(listener.number());
    }

    @AfterEach
    void close() throws IOException {
        poller.close();
        for (Descriptor descriptor : open) {
            descriptor.close();
        }
    }

    private Descriptor socket() throws IOException {
        Descriptor socket = Sockets.tcp(false);
        open.add(socket);
        return socket;
    }

    private Descriptor connect() throws IOException {
        Descriptor socket = socket();
        assertThat(Sockets.connect(socket.number(), address, false)).isIn(0, -Errno.EINPROGRESS);
        return socket;
    }

    private Descriptor accept() {
        int fd = Sockets.accept(listener.number(), new SocketAddressBuffer());
        assertThat(fd).isNotNegative();
        open.add(Descriptor.of(fd));
        return open.getLast();
    }

    @Test
    void aListenerReportsTheNumberOfPendingConnections() throws IOException {
        for (int i = 0; i < 3; i++) {
            poller.update(connect().number(), NONE, WRITE, 10 + i);
        }
        assertThat(recorder.await(3)).allMatch(e -> e.readiness() == Readiness.WRITABLE);
        awaitConnections(3);
        accept();
        poller.update(listener.number(), NONE, READ, 1);
        assertThat(recorder.one()).isEqualTo(new Event(1, Readiness.READABLE, 2, 0));
    }

    /** The client may see its connection before the listener does, because loopback may be asynchronous. */
    private void awaitConnections(int count) throws IOException {
        Event event;
        do {
            poller.update(listener.number(), NONE, READ, 1);
            event = recorder.one();
        } while (event.available() < count);
        assertThat(event).isEqualTo(new Event(1, Readiness.READABLE, count, 0));
    }

    @Test
    void aConnectThatSucceedsIsWritableAndNoMore() throws IOException {
        poller.update(connect().number(), NONE, WRITE, 2);
        assertThat(recorder.one()).isEqualTo(new Event(2, Readiness.WRITABLE, UNKNOWN, 0));
    }

    @Test
    void aRefusedConnectReportsItsErrno() throws IOException {
        listener.close();
        poller.update(connect().number(), NONE, READ | WRITE, 3);
        int end = Readiness.HANGUP | Readiness.ERROR;
        assertThat(recorder.await(2))
                .containsExactlyInAnyOrder(
                        new Event(3, Readiness.READABLE | end, 0, Errno.ECONNREFUSED),
                        new Event(3, Readiness.WRITABLE | end, UNKNOWN, Errno.ECONNREFUSED));
    }

    @Test
    void aResetReportsItsErrorAndKeepsTheBytes() throws IOException {
        Descriptor client = connect();
        poller.update(listener.number(), NONE, READ, 1);
        recorder.one();
        Descriptor accepted = accept();
        Recorder.write(client.number(), 5);
        poller.update(accepted.number(), NONE, READ, 4);
        assertThat(recorder.one()).isEqualTo(new Event(4, Readiness.READABLE, 5, 0));

        assertThat(SocketOptionCalls.setLinger(client.number(), 0)).isZero();
        client.close();
        poller.update(accepted.number(), NONE, HANGUP, 4);
        assertThat(recorder.one())
                .isEqualTo(new Event(4, Readiness.READABLE | Readiness.HANGUP | Readiness.ERROR, 5, Errno.ECONNRESET));
        assertThat(Recorder.read(accepted.number())).isEqualTo(5);
        assertThat(Recorder.read(accepted.number())).isEqualTo(-Errno.ECONNRESET);
    }

    @Test
    void tenThousandEndsAreSeen() throws IOException {
        for (int round = 0; round < 10_000; round++) {
            Descriptor client = Sockets.tcp(false);
            int result = Sockets.connect(client.number(), address, false);
            assertThat(result).isIn(0, -Errno.EINPROGRESS);
            poller.update(listener.number(), NONE, READ, 1);
            recorder.one();
            Descriptor accepted = Descriptor.of(Sockets.accept(listener.number(), new SocketAddressBuffer()));
            long token = 100 + round;
            poller.update(accepted.number(), NONE, READ, token);
            Recorder.write(client.number(), 3);
            if (round % 2 == 0) {
                client.close();
            }
            int readiness = 0;
            while ((readiness & Readiness.HANGUP) == 0) {
                Event event = recorder.one();
                assertThat(event.token()).isEqualTo(token);
                readiness |= event.readiness();
                client.close();
                if ((readiness & Readiness.HANGUP) == 0) {
                    poller.update(accepted.number(), NONE, READ, token);
                    Recorder.read(accepted.number());
                }
            }
            poller.forget(accepted.number(), token);
            accepted.close();
        }
    }
}
