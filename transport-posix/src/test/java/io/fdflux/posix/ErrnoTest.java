package io.fdflux.posix;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.platform.Platform;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrnoTest {

    @Test
    void numberWithoutNameStandsOnceInTheText() {
        assertThat(Errno.text("call", "subject", 9999, "")).startsWith("call(subject) failed, errno 9999: ");
        assertThat(Errno.exception("open", "fifo", Constants.value("ENXIO")))
                .hasMessage("open(fifo) failed, ENXIO 6 (a FIFO that nobody reads, a socket, or a device that is not"
                        + " there): No such device or address");
    }

    @Test
    void namesAreSymbolic() {
        assertThat(Errno.name(Errno.ECONNRESET)).isEqualTo("ECONNRESET");
        assertThat(Errno.name(Errno.EAGAIN)).isEqualTo("EAGAIN");
        assertThat(Errno.name(Errno.EPERM)).isEqualTo("EPERM");
        assertThat(Errno.name(9999)).isEqualTo("errno 9999");
    }

    @Test
    void messagesAreEnglish() {
        assertThat(Errno.message(Errno.ECONNRESET)).isEqualTo("Connection reset by peer");
        assertThat(Errno.message(Errno.EPIPE)).isEqualTo("Broken pipe");
        assertThat(Errno.message(9999)).isNotEmpty();
    }

    /** Without words, the message would be strerror(3)'s, which depends on the locale. */
    @ParameterizedTest
    @EnumSource
    void everyNameHasWords(Platform.Os os) {
        assertThat(Errno.names(os).values())
                .contains("ECONNRESET")
                .allSatisfy(name -> assertThat(ErrorWords.of(name)).as(name).isNotBlank());
    }

    @Test
    void messageHasCallSubjectNameAndNumberAndEndsWithTheWords() {
        assertThat(Errno.exception("read", "descriptor 7", Errno.ECONNRESET))
                .isInstanceOfSatisfying(PosixException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ECONNRESET);
                    assertThat(e.call()).isEqualTo("read");
                })
                .hasMessage("read(descriptor 7) failed, ECONNRESET " + Errno.ECONNRESET + ": Connection reset by peer");
    }

    @Test
    void hintsStandBeforeTheWords() {
        assertThat(exception("bind", Errno.EADDRINUSE))
                .hasMessageMatching(
                        "bind\\(.*\\) failed, EADDRINUSE \\d+ \\(choose another port.*\\): Address already in use");
        for (int errno = 1; errno < 140; errno++) {
            for (String call : List.of("bind", "connect", "sendto", "accept", "listen", "recv")) {
                assertThat(exception(call, errno)).hasMessageEndingWith(": " + Errno.message(errno));
                assertThat(Errno.exception(call, "/run/x.sock", errno))
                        .hasMessageEndingWith(": " + Errno.message(errno));
            }
        }
    }

    /** Peers may cause thousands of these. */
    @ParameterizedTest
    @CsvSource({
        "recv,ECONNRESET",
        "send,ECONNRESET",
        "send,EPIPE",
        "recv,ETIMEDOUT",
        "accept,ECONNABORTED",
        "connect,ECONNREFUSED",
        "connect,ETIMEDOUT"
    })
    void failuresThatPeersCauseHaveNoTrace(String call, String name) {
        assertThat(exception(call, Constants.value(name)).getStackTrace()).isEmpty();
        assertThat(exception(call, Errno.EBADF).getStackTrace()).isNotEmpty();
    }

    /**
     * These concern the local address, which the kernel chooses for an unbound socket: connect(2). Users of Netty retry
     * after a ConnectException.
     */
    @Test
    void connectHasHintsOfItsOwn() {
        assertThat(exception("connect", Errno.EADDRNOTAVAIL))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("no local port is left");
        assertThat(exception("connect", Errno.EADDRINUSE))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("connected to it already");
        assertThat(exception("connect", Errno.EPERM)).hasMessageContaining("firewall");
    }

    @Test
    void noOtherCallHasTheHintsOfBind() {
        for (String call : List.of("connect", "setsockopt", "sendto", "recv", "accept", "socket")) {
            assertThat(exception(call, Errno.EADDRNOTAVAIL))
                    .isNotInstanceOf(BindException.class)
                    .message()
                    .doesNotContain("address of this machine");
            assertThat(exception(call, Errno.EADDRINUSE))
                    .isNotInstanceOf(BindException.class)
                    .message()
                    .doesNotContain("another port");
        }
        assertThat(Errno.exception("watch", "descriptor 7", Errno.EADDRINUSE))
                .message()
                .doesNotContain("file of that name");
        assertThat(exception("recv", Constants.value("EMSGSIZE"))).message().doesNotContain("datagram");
        assertThat(Errno.exception("sendto", "[id: 1], 5 bytes to /127.0.0.1:7", Errno.EINVAL))
                .message()
                .doesNotContain("link-local");
        assertThat(Errno.exception("sendto", "[id: 1], 5 bytes to /[fe80:0:0:0:0:0:0:1]:7", Errno.EINVAL))
                .hasMessageContaining("link-local");
    }

    @Test
    void exceptionsAreTheJdksWhereItHasThem() {
        assertThat(exception("connect", Errno.ECONNREFUSED))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("nothing listens there");
        assertThat(exception("bind", Errno.EADDRINUSE))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("choose another port");
        assertThat(exception("bind", Errno.EADDRNOTAVAIL))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("address of this machine");
        assertThat(exception("bind", Constants.value("EACCES")))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("privilege");
        assertThat(exception("open", Constants.value("EACCES"))).isInstanceOf(PosixException.class);
        assertThat(exception("connect", Constants.value("EHOSTUNREACH"))).isInstanceOf(NoRouteToHostException.class);
        assertThat(exception("connect", Constants.value("ENETUNREACH"))).isInstanceOf(NoRouteToHostException.class);
        assertThat(exception("connect", Constants.value("ETIMEDOUT"))).isInstanceOf(ConnectException.class);
        assertThat(exception("read", Constants.value("ETIMEDOUT"))).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void pathsHaveHintsOfTheirOwn() {
        assertThat(Errno.exception("bind", "/run/x.sock", Errno.EADDRINUSE))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("/run/x.sock")
                .hasMessageContaining("delete it, unless a process listens on it");
        assertThat(Errno.exception("bind", "/run/x.sock", Constants.value("EACCES")))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("write the directory");
        assertThat(Errno.exception("bind", "/run/x.sock", Errno.ENOENT))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("the directory must exist");
        assertThat(Errno.exception("connect", "/run/x.sock", Errno.ENOENT)).isInstanceOf(FileNotFoundException.class);
        assertThat(Errno.exception("connect", "/run/x.sock", Errno.EAGAIN))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("backlog");
    }

    private static IOException exception(String call, int errno) {
        return Errno.exception(call, new InetSocketAddress(80), errno);
    }
}
