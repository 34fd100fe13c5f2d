package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslClientRenegotiateTest;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import io.netty.testsuite.transport.socket.SocketSslGreetingTest;
import io.netty.testsuite.transport.socket.SocketSslSessionReuseTest;
import io.netty.testsuite.transport.socket.SocketStartTlsTest;
import java.util.List;

/** Netty's tests of TLS, with the engines of the JDK and of OpenSSL where that is there. */
final class TlsSuite {

    private TlsSuite() {}

    static class SslClientRenegotiate extends SocketSslClientRenegotiateTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class SslEcho extends SocketSslEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class SslGreeting extends SocketSslGreetingTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class SslSessionReuse extends SocketSslSessionReuseTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class StartTls extends SocketStartTlsTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }
}
