package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslClientRenegotiateTest;
import io.netty.testsuite.transport.socket.SocketSslGreetingTest;
import io.netty.testsuite.transport.socket.SocketStartTlsTest;
import java.net.SocketAddress;
import java.util.List;

/** Netty's tests of TLS, over Unix-domain sockets. */
final class DomainTlsSuite {

    private DomainTlsSuite() {}

    static class SslClientRenegotiate extends SocketSslClientRenegotiateTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class SslEcho extends TlsSuite.SslEcho {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class SslGreeting extends SocketSslGreetingTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class StartTls extends SocketStartTlsTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }
}
