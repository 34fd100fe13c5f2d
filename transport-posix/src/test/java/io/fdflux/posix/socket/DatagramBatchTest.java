package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NewerCalls;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests several datagrams per call over the loopback, where datagrams arrive before the send returns. */
class DatagramBatchTest {

    private static final int ROOM = 100;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(1 << 17);
    private final OutgoingDatagrams out = new OutgoingDatagrams();
    private final IncomingDatagrams in = new IncomingDatagrams();

    private Descriptor sender;
    private Descriptor receiver;
    private InetSocketAddress to;

    @BeforeEach
    void open() throws IOException {
        sender = bound();
        receiver = bound();
        to = Sockets.localAddress(receiver.number());
    }

    private static Descriptor bound() throws IOException {
        Descriptor socket = Sockets.udp(false);
        Sockets.bind(socket.number(), new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), false);
        return socket;
    }

    @AfterEach
    void close() throws IOException {
        sender.close();
        receiver.close();
        arena.close();
    }

    private void add(int length) {
        assertThat(out.begin(1)).isTrue();
        out.part(memory.address(), length);
        out.recipient(to, false);
    }

    /** The lengths of one call's datagrams, negated for truncated ones. */
    private List<Integer> receive(int datagrams) {
        in.clear();
        for (int i = 0; i < datagrams; i++) {
            assertThat(in.add(memory.address() + (1 << 16) + (long) i * ROOM, ROOM))
                    .isTrue();
        }
        int n = in.receive(receiver.number(), false);
        assertThat(n).isNotZero();
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            lengths.add(in.isTruncated(i) ? -in.length(i) : in.length(i));
            assertThat(in.sender(i)).isEqualTo(Sockets.localAddress(sender.number()));
        }
        return lengths;
    }

    @Test
    void oneCallMovesSeveral() {
        assumeTrue(IncomingDatagrams.severalAtOnce());
        for (int length = 0; length < 10; length++) {
            add(length);
        }
        assertThat(out.count()).isEqualTo(10);
        assertThat(out.send(sender.number())).isEqualTo(10);
        assertThat(receive(4)).containsExactly(0, 1, 2, 3);
        assertThat(receive(64)).containsExactly(4, 5, 6, 7, 8, 9);
        in.clear();
        in.add(memory.address(), ROOM);
        assertThat(in.receive(receiver.number(), false)).isEqualTo(-Errno.EAGAIN);
        in.add(memory.address(), ROOM);
        assertThat(in.receive(receiver.number(), false)).isEqualTo(-Errno.EAGAIN);
    }

    @Test
    void withoutSuchCallsEachIsMovedAlone() {
        boolean sendmmsg = NewerCalls.refuse(MessageHeaders.Available.SENDMMSG, true);
        boolean recvmmsg = NewerCalls.refuse(MessageHeaders.Available.RECVMMSG, true);
        try {
            add(1);
            add(2);
            add(70_000);
            add(3);
            assertThat(out.send(sender.number())).isEqualTo(2);
            assertThat(receive(4)).containsExactly(1);
            assertThat(receive(4)).containsExactly(2);
        } finally {
            NewerCalls.refuse(MessageHeaders.Available.SENDMMSG, sendmmsg);
            NewerCalls.refuse(MessageHeaders.Available.RECVMMSG, recvmmsg);
        }
    }

    @Test
    void aTruncatedDatagramIsRecognised() {
        for (int length : new int[] {ROOM, ROOM + 1, 1}) {
            add(length);
        }
        assertThat(out.send(sender.number())).isEqualTo(3);
        in.clear();
        in.add(memory.address(), ROOM);
        assertThat(in.receive(receiver.number(), false)).isEqualTo(1);
        assertThat(in.isTruncated(0)).isFalse();
        assertThat(in.length(0)).isEqualTo(ROOM);
        assertThat(in.receive(receiver.number(), false)).isEqualTo(1);
        assertThat(in.isTruncated(0)).isTrue();
        assertThat(in.length(0)).isEqualTo(ROOM);
        assertThat(in.wholeLength(0)).isEqualTo(Platform.current().os() == Platform.Os.LINUX ? ROOM + 1 : -1);
        assertThat(in.receive(receiver.number(), false)).isEqualTo(1);
        assertThat(in.length(0)).isEqualTo(1);
        assertThat(in.wholeLength(0)).isEqualTo(1);
    }

    @Test
    void aDatagramHasParts() {
        byte[] bytes = new byte[50];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i + 1);
        }
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        out.clear();
        assertThat(out.begin(3)).isTrue();
        out.part(memory.address(), 20);
        out.part(0, 0);
        out.part(memory.address() + 20, 30);
        out.recipient(to, false);
        add(3);
        assertThat(out.send(sender.number())).isEqualTo(2);
        assertThat(out.bytes(1)).isEqualTo(50);
        assertThat(out.bytes(2)).isEqualTo(53);
        in.clear();
        in.add(memory.address() + 1000, ROOM);
        assertThat(in.receive(receiver.number(), false)).isEqualTo(1);
        assertThat(memory.asSlice(1000, in.length(0)).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(bytes);
        assertThat(receive(1)).containsExactly(3);
    }

    @Test
    void theCapacityLimitsACall() {
        for (int i = 0; i < OutgoingDatagrams.CAPACITY; i++) {
            add(1);
        }
        assertThat(out.begin(1)).isFalse();
        assertThat(out.send(sender.number())).isEqualTo(OutgoingDatagrams.CAPACITY);
        out.clear();
        assertThat(out.begin(OutgoingDatagrams.CAPACITY + 1)).isFalse();
        for (int i = 0; i < IncomingDatagrams.CAPACITY; i++) {
            assertThat(in.add(memory.address(), 1)).isTrue();
        }
        assertThat(in.add(memory.address(), 1)).isFalse();
        assertThatThrownBy(() -> in.add(memory.address(), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theFirstThatFailsEndsTheCall() {
        add(1);
        add(70_000); // more than a UDP datagram holds
        add(2);
        assertThat(out.send(sender.number())).isEqualTo(1);
        assertThat(receive(2)).containsExactly(1);
        out.clear();
        add(70_000);
        add(2);
        assertThat(out.send(sender.number())).isEqualTo(-Constants.value("EMSGSIZE"));
    }

    @Test
    void theKernelCutsAndJoins() {
        assumeTrue(OutgoingDatagrams.segmentsAvailable(), "no UDP_SEGMENT");
        out.clear();
        assertThat(out.begin(1)).isTrue();
        out.part(memory.address(), 250);
        out.recipient(to, false);
        out.segments(100);
        assertThat(out.send(sender.number())).isEqualTo(1);
        assertThat(receive(64)).containsExactly(100, 100, 50);

        assertThat(SocketOptionCalls.set(receiver.number(), SocketOption.UDP_GRO, 1))
                .isZero();
        assertThat(out.send(sender.number())).isEqualTo(1);
        in.clear();
        in.add(memory.address(), 1000);
        assertThat(in.receive(receiver.number(), true)).isEqualTo(1);
        assertThat(in.length(0)).isEqualTo(250);
        assertThat(in.segmentBytes(0)).isEqualTo(100);

        out.clear();
        add(7);
        assertThat(out.send(sender.number())).isEqualTo(1);
        assertThat(in.receive(receiver.number(), true)).isEqualTo(1);
        assertThat(in.length(0)).isEqualTo(7);
        assertThat(in.segmentBytes(0)).isZero();
        for (int bytes : new int[] {0, -1, 65_536}) {
            assertThatThrownBy(() -> out.segments(bytes)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void unixSocketsHavePaths(@TempDir Path directory) throws IOException {
        String path = directory.resolve("to").toString();
        String from = directory.resolve("from").toString();
        try (Descriptor taker = UnixSockets.datagram();
                Descriptor giver = UnixSockets.datagram();
                Descriptor unnamed = UnixSockets.datagram()) {
            UnixSockets.bind(taker.number(), path);
            UnixSockets.bind(giver.number(), from);
            assertThat(out.begin(1)).isTrue();
            out.part(memory.address(), ROOM + 20);
            out.recipient(path);
            assertThat(out.begin(1)).isTrue();
            out.part(memory.address(), 0);
            out.recipient(path);
            assertThat(out.send(giver.number())).isEqualTo(2);
            assertThat(out.send(unnamed.number())).isEqualTo(2);
            in.clear();
            in.add(memory.address(), ROOM);
            assertThat(in.receive(taker.number(), false)).isEqualTo(1);
            assertThat(in.senderPath(0)).isEqualTo(from);
            assertThat(in.isTruncated(0)).isTrue();
            assertThat(in.receive(taker.number(), false)).isEqualTo(1);
            assertThat(in.length(0)).isZero();
            assertThat(in.isTruncated(0)).isFalse();
            assertThat(in.receive(taker.number(), false)).isEqualTo(1);
            assertThat(in.senderPath(0)).isNull();
        }
        out.clear();
        assertThat(out.begin(0)).isTrue();
        assertThatThrownBy(() -> out.recipient("x".repeat(200)))
                .isInstanceOf(PosixException.class)
                .hasMessageContaining("ENAMETOOLONG");
    }
}
