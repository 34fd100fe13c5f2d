package io.fdflux.posix.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.platform.Platform.Os;
import io.fdflux.posix.platform.UnsupportedPlatformException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConstantsTest {

    private static final String[] EVERYWHERE = {
        "AF_UNIX",
        "AF_INET",
        "AF_INET6",
        "SOCK_STREAM",
        "SOCK_DGRAM",
        "F_GETFL",
        "F_SETFL",
        "F_SETFD",
        "FD_CLOEXEC",
        "O_NONBLOCK",
        "FIONREAD",
        "SOL_SOCKET",
        "SO_ERROR",
        "SO_TYPE",
        "SO_LINGER",
        "SO_REUSEADDR",
        "SO_KEEPALIVE",
        "IPPROTO_TCP",
        "IPPROTO_IPV6",
        "IPV6_V6ONLY",
        "TCP_NODELAY",
        "EAGAIN",
        "EINTR",
        "EINPROGRESS",
        "ECONNRESET",
        "EPIPE",
        "EVFILT_READ",
        "EVFILT_WRITE",
        "EV_ADD",
        "EV_DELETE",
        "EV_ENABLE",
        "EV_DISPATCH",
        "EV_ERROR",
        "EV_EOF",
    };

    @ParameterizedTest
    @EnumSource
    void everyColumnHasTheRequiredConstants(Os os) {
        assertThat(Constants.column(os)).containsKeys(EVERYWHERE);
    }

    @ParameterizedTest
    @EnumSource
    void noTwoErrorsShareANumber(Os os) {
        Map<Integer, String> byNumber = new HashMap<>();
        Constants.column(os).forEach((name, value) -> {
            if (name.matches("E[A-Z0-9]+") && !name.matches("EPOLL.*|EV.*")) {
                assertThat(value).as(name).isBetween(1, 200);
                assertThat(byNumber.put(value, name)).as("%s and", name).isNull();
            }
        });
        assertThat(byNumber).hasSizeGreaterThan(35);
    }

    @ParameterizedTest
    @EnumSource
    void flagsThatAreOredTogetherDoNotOverlap(Os os) {
        Map<String, Integer> column = Constants.column(os);
        assertDisjoint(column, "SOCK_NONBLOCK", "SOCK_CLOEXEC", "SOCK_STREAM", "SOCK_DGRAM");
        assertDisjoint(
                column,
                "EV_ADD",
                "EV_DELETE",
                "EV_ENABLE",
                "EV_DISABLE",
                "EV_ONESHOT",
                "EV_CLEAR",
                "EV_RECEIPT",
                "EV_DISPATCH",
                "EV_ERROR",
                "EV_EOF");
        assertDisjoint(column, "EPOLLIN", "EPOLLPRI", "EPOLLOUT", "EPOLLERR", "EPOLLHUP", "EPOLLRDHUP", "EPOLLET");
    }

    private static void assertDisjoint(Map<String, Integer> column, String... names) {
        int union = 0;
        for (String name : names) {
            // Includes SOCK_STREAM and SOCK_DGRAM, which are 1 and 2 and so different bits.
            int value = column.getOrDefault(name, 0);
            assertThat(union & value).as(name).isZero();
            union |= value;
        }
    }

    @Test
    void epollIsLinuxOnly() {
        for (Os os : Os.values()) {
            assertThat(Constants.column(os).containsKey("EPOLLIN")).isEqualTo(os == Os.LINUX);
        }
    }

    @Test
    void highestBitIsNotLost() {
        assertThat(Constants.column(Os.LINUX)).containsEntry("EPOLLET", 1 << 31);
    }

    @Test
    void missingConstantNamesItselfAndThePlatform() {
        assertThatThrownBy(() -> Constants.value("EWHATEVER"))
                .isInstanceOf(UnsupportedPlatformException.class)
                .hasMessageContaining("EWHATEVER")
                .hasMessageContaining(Platform.current().toString());
        assertThat(Constants.flag("EWHATEVER")).isZero();
    }
}
