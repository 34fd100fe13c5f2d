package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Descriptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class AcceptQueueTest {

    private final AcceptQueue queue = new AcceptQueue();

    private static Descriptor listener() throws Exception {
        Descriptor listener = Sockets.tcp(false);
        Sockets.bind(listener.number(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), false);
        Sockets.listen(listener.number(), 10);
        return listener;
    }

    private static Socket connect(Descriptor listener) throws Exception {
        InetSocketAddress address = Sockets.localAddress(listener.number());
        return new Socket(address.getAddress(), address.getPort());
    }

    private static void accept(Descriptor listener) {
        int accepted = Sockets.accept(listener.number(), new SocketAddressBuffer());
        assertThat(accepted).isPositive();
        Descriptor.of(accepted).closeUnchecked();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void countsWhatWaits() throws Exception {
        try (Descriptor listener = listener();
                Socket first = connect(listener);
                Socket second = connect(listener)) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            assertThat(queue.length(listener.number())).isEqualTo(2);
            accept(listener);
            assertThat(queue.length(listener.number())).isEqualTo(1);
            accept(listener);
            assertThat(queue.length(listener.number())).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void noneIsBelievedOnlyAfterAnotherCount() throws Exception {
        try (Descriptor listener = listener()) {
            assertThat(queue.length(listener.number())).isEqualTo(AcceptQueue.UNKNOWN);
            try (Socket socket = connect(listener)) {
                assertThat(socket.isConnected()).isTrue();
                assertThat(queue.length(listener.number())).isEqualTo(1);
            }
            accept(listener);
            assertThat(queue.length(listener.number())).isZero();
        }
    }

    @Test
    @DisabledOnOs(value = OS.LINUX, disabledReason = "Linux tells the length, by TCP_INFO")
    void isUnknownElsewhere() throws Exception {
        try (Descriptor listener = listener()) {
            assertThat(queue.length(listener.number())).isEqualTo(AcceptQueue.UNKNOWN);
        }
    }

    @Test
    void isUnknownForWhatIsNoTcpSocket() throws Exception {
        try (Descriptor udp = Sockets.udp(false)) {
            assertThat(queue.length(udp.number())).isEqualTo(AcceptQueue.UNKNOWN);
        }
    }
}
