package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.TcpInfo;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.platform.Platform;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpOptionsTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Test
    void theCongestionControlIsNamed() throws IOException {
        assumeTrue(TcpOptions.hasCongestionControl());
        try (Descriptor socket = Sockets.tcp(false)) {
            String before = TcpOptions.congestionControl(socket.number());
            assertThat(before).matches("[a-z0-9_]+");
            assertThat(TcpOptions.setCongestionControl(socket.number(), "no_such_control"))
                    .isEqualTo(-Errno.ENOENT);
            assertThat(TcpOptions.setCongestionControl(socket.number(), before)).isZero();
            assertThat(TcpOptions.congestionControl(socket.number())).isEqualTo(before);
        }
        assertThat(TcpOptions.congestionControl(99_999)).isNull();
    }

    @Test
    void aSignatureKeyIsSetAndRemovedOnce() throws IOException {
        assumeTrue(TcpOptions.hasSignatureKeys());
        for (boolean ipv6 : new boolean[] {false, Sockets.dualStackAvailable()}) {
            try (Descriptor socket = Sockets.tcp(ipv6)) {
                int set = TcpOptions.setSignatureKey(socket.number(), LOOPBACK, new byte[80], ipv6);
                assumeTrue(set != -Errno.ENOPROTOOPT, "this kernel lacks TCP_MD5SIG");
                assertThat(set).isZero();
                byte[] none = {};
                assertThat(TcpOptions.setSignatureKey(socket.number(), LOOPBACK, none, ipv6))
                        .isZero();
                assertThat(TcpOptions.setSignatureKey(socket.number(), LOOPBACK, none, ipv6))
                        .isEqualTo(-Errno.ENOENT);
                assertThatThrownBy(() -> TcpOptions.setSignatureKey(socket.number(), LOOPBACK, new byte[81], ipv6))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("81");
            }
        }
    }

    @Test
    void aConnectionHasTcpInfo() throws IOException {
        assumeTrue(TcpInfoCalls.isAvailable());
        try (Descriptor listener = Sockets.tcp(false);
                Descriptor client = Sockets.tcp(false)) {
            assertThat(TcpInfoCalls.of(client.number()).state()).isEqualTo(TcpInfo.State.CLOSED);
            Sockets.bind(listener.number(), new InetSocketAddress(LOOPBACK, 0), false);
            Sockets.listen(listener.number(), 1);
            assertThat(TcpInfoCalls.of(listener.number()).state()).isEqualTo(TcpInfo.State.LISTEN);
            assertThat(Sockets.connect(client.number(), Sockets.localAddress(listener.number()), false))
                    .isIn(0, -Errno.EINPROGRESS);
            TcpInfo info = TcpInfoCalls.of(client.number());
            assertThat(info.state()).isEqualTo(TcpInfo.State.ESTABLISHED);
            assertThat(info.get(TcpInfo.Field.SEND_MSS).orElseThrow()).isBetween(88L, 65_536L);
            assertThat(info.get(TcpInfo.Field.SEND_CONGESTION_WINDOW).orElseThrow())
                    .isPositive();
            assertThat(info.get(TcpInfo.Field.RETRANSMIT_TIMEOUT).orElseThrow())
                    .as("in microseconds")
                    .isBetween(1_000L, 60_000_000L);
            if (Platform.current().os() == Platform.Os.LINUX) {
                ByteBuffer data = ByteBuffer.allocateDirect(1000);
                long memory = java.lang.foreign.MemorySegment.ofBuffer(data).address();
                assertThat(Io.send(client.number(), memory, 1000)).isEqualTo(1000);
                TcpInfo after = TcpInfoCalls.of(client.number());
                assertThat(after.get(TcpInfo.Field.BYTES_SENT)).hasValue(1000);
                assertThat(after.get(TcpInfo.Field.DATA_SEGMENTS_SENT)).hasValue(1);
                assertThat(after.get(TcpInfo.Field.PATH_MTU).orElseThrow()).isGreaterThan(575);
                assertThat(after.toString()).startsWith("ESTABLISHED {").contains("BYTES_SENT=1000");
                java.lang.ref.Reference.reachabilityFence(data);
            }
        }
        assertThatThrownBy(() -> TcpInfoCalls.of(99_999))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TCP_");
    }

    @Test
    void unnamedOptionsGoByTheirNumbers() throws IOException {
        try (Descriptor socket = Sockets.tcp(false)) {
            int fd = socket.number();
            int level = Constants.value("SOL_SOCKET");
            int keepAlive = Constants.value("SO_KEEPALIVE");
            assertThat(SocketOptionCalls.set(fd, level, keepAlive, 1)).isZero();
            assertThat(SocketOptionCalls.getUnsigned(fd, level, keepAlive)).isPositive();
            ByteBuffer linger = ByteBuffer.allocate(11).order(ByteOrder.nativeOrder());
            linger.position(2).putInt(1).putInt(9).position(2).limit(10);
            int soLinger = Constants.value("SO_LINGER");
            assertThat(SocketOptionCalls.set(fd, level, soLinger, linger)).isZero();
            assertThat(linger.position()).isEqualTo(2);
            assertThat(SocketOptionCalls.linger(fd)).isEqualTo(9);
            ByteBuffer read = ByteBuffer.allocateDirect(20).order(ByteOrder.nativeOrder());
            read.position(4);
            assertThat(SocketOptionCalls.get(fd, level, soLinger, read)).isEqualTo(8);
            assertThat(read.position()).isEqualTo(4);
            assertThat(read.getInt(8)).isEqualTo(9);
            assertThat(SocketOptionCalls.getUnsigned(fd, level, 99_999)).isEqualTo(-Errno.ENOPROTOOPT);
        }
    }
}
