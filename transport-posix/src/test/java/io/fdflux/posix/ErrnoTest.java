package io.fdflux.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class ErrnoTest {

    @Test
    void namesAreSymbolic() {
        assertThat(Errno.name(Errno.ECONNRESET)).isEqualTo("ECONNRESET");
        assertThat(Errno.name(Errno.EAGAIN)).isEqualTo("EAGAIN");
        assertThat(Errno.name(Errno.EPERM)).isEqualTo("EPERM");
        assertThat(Errno.name(9999)).isEqualTo("errno 9999");
    }

    @Test
    void messagesAreTheSystems() {
        assertThat(Errno.message(Errno.ECONNRESET)).isEqualTo("Connection reset by peer");
        assertThat(Errno.message(Errno.EPIPE)).isEqualTo("Broken pipe");
        assertThat(Errno.message(9999)).isNotEmpty();
    }

    @Test
    void exceptionSaysCallSubjectMessageNameAndNumber() {
        assertThat(Errno.exception("read", "descriptor 7", Errno.ECONNRESET))
                .isInstanceOfSatisfying(PosixException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ECONNRESET);
                    assertThat(e.call()).isEqualTo("read");
                })
                .hasMessage("read(descriptor 7): Connection reset by peer (ECONNRESET " + Errno.ECONNRESET + ")");
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
    void whatAPathIsRefusedForIsSaidOfPaths() {
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
