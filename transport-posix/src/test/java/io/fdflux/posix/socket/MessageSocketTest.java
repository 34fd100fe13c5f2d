package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Memory;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.Poll;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessageSocketTest {

    private final MemorySegment memory = Memory.of(64);
    private Descriptor receiver;
    private Descriptor sender;
    private MessageSocket socket;

    @BeforeEach
    void open() throws IOException {
        receiver = Sockets.udp(false);
        sender = Sockets.udp(false);
        Sockets.bind(receiver.number(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), false);
        assertThat(Sockets.connect(sender.number(), Sockets.localAddress(receiver.number()), false))
                .isZero();
        socket = new MessageSocket(receiver.number());
    }

    @AfterEach
    void close() throws IOException {
        receiver.close();
        sender.close();
    }

    private void send(int bytes) {
        assertThat(Io.sendDontWait(sender.number(), memory.address(), bytes)).isEqualTo(bytes);
    }

    private int receive(int room) {
        int n;
        do { // the BSDs deliver over the loopback asynchronously
            n = socket.receive(memory.address(), room);
        } while (n == -Errno.EAGAIN);
        return n;
    }

    @Test
    void messagesAreReceivedOneByOneWhetherOrNotTheyHaveBytes() {
        assertThat(socket.receive(memory.address(), 64)).isEqualTo(-Errno.EAGAIN);
        send(20);
        send(0);
        send(3);
        assertThat(receive(64)).isEqualTo(20);
        assertThat(receive(64)).isZero();
        assertThat(receive(64)).isEqualTo(3);
    }

    @Test
    void messageThatIsCutIsAnErrorAndTheNextOneIsNot() {
        send(20);
        send(3);
        assertThat(receive(19)).isEqualTo(-Errno.EMSGSIZE);
        assertThat(receive(19)).isEqualTo(3);
    }

    @Test
    void receiveDoesNotWaitOnABlockingSocket() throws IOException {
        receiver.nonBlocking(false);
        assertThat(socket.receive(memory.address(), 64)).isEqualTo(-Errno.EAGAIN);
        assertThat(Io.recvDontWait(receiver.number(), memory.address(), 64)).isEqualTo(-Errno.EAGAIN);
    }

    @Test
    void streamsHaveNoMessages() throws IOException {
        assertThat(MessageSocket.has(receiver.number())).isTrue();
        assertThat(socket.hasConnection()).isFalse();
        try (Pipes.Pair streams = Pipes.socketPair()) {
            assertThat(MessageSocket.has(streams.first().number())).isFalse();
        }
    }

    @Test
    void pollDoesNotWait() {
        assertThat(Poll.now(receiver.number(), Poll.IN | Poll.OUT)).isEqualTo(Poll.OUT);
        send(1);
        while ((Poll.now(receiver.number(), Poll.IN) & Poll.IN) == 0) {
            Thread.onSpinWait();
        }
        assertThat(receive(64)).isOne();
    }
}
