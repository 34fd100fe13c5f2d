package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.ffi.Constants;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketOptionCallsTest {

    @Test
    void optionsAreSetAndRead() throws IOException {
        try (Descriptor socket = Sockets.tcp(false)) {
            int fd = socket.number();
            for (SocketOption option : new SocketOption[] {
                SocketOption.NODELAY, SocketOption.KEEPALIVE, SocketOption.REUSEADDR,
            }) {
                assertThat(SocketOptionCalls.get(fd, option))
                        .as(option.symbol())
                        .isZero();
                assertThat(SocketOptionCalls.set(fd, option, 1))
                        .as(option.symbol())
                        .isZero();
                assertThat(SocketOptionCalls.get(fd, option))
                        .as(option.symbol())
                        .isNotZero()
                        .isPositive();
            }
            assertThat(SocketOptionCalls.set(fd, SocketOption.SNDBUF, 65_536)).isZero();
            assertThat(SocketOptionCalls.get(fd, SocketOption.SNDBUF)).isGreaterThanOrEqualTo(65_536);
        }
    }

    @Test
    void missingOptionIsEnoprotoopt() throws IOException {
        try (Descriptor socket = Sockets.tcp(false)) {
            for (SocketOption option : SocketOption.values()) {
                if (!option.isAvailable()) {
                    int expected = -Constants.value("ENOPROTOOPT");
                    assertThat(SocketOptionCalls.get(socket.number(), option))
                            .as(option.symbol())
                            .isEqualTo(expected);
                    assertThat(SocketOptionCalls.set(socket.number(), option, 1))
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void lingerIsOffOnAndOff() throws IOException {
        try (Descriptor socket = Sockets.tcp(false)) {
            int fd = socket.number();
            assertThat(SocketOptionCalls.linger(fd)).isEqualTo(-1);
            assertThat(SocketOptionCalls.setLinger(fd, 7)).isZero();
            assertThat(SocketOptionCalls.linger(fd)).isEqualTo(7);
            assertThat(SocketOptionCalls.setLinger(fd, 0)).isZero();
            assertThat(SocketOptionCalls.linger(fd)).isZero();
            assertThat(SocketOptionCalls.setLinger(fd, -1)).isZero();
            assertThat(SocketOptionCalls.linger(fd)).isEqualTo(-1);
        }
        assertThat(SocketOptionCalls.linger(99_999)).isEqualTo(-Errno.EBADF - 1);
    }
}
