package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslClientRenegotiateTest;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import io.netty.testsuite.transport.socket.SocketSslGreetingTest;
import io.netty.testsuite.transport.socket.SocketStartTlsTest;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    static class SslEcho extends SocketSslEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }

        /** Several at once: each waits most of its time, and there are 192. */
        @Override
        @ParameterizedTest
        @MethodSource("data")
        @Execution(ExecutionMode.CONCURRENT)
        public void testSslEcho(
                SslContext server,
                SslContext client,
                Renegotiation renegotiation,
                boolean serverDelegatesTasks,
                boolean clientDelegatesTasks,
                boolean autoRead,
                boolean chunked,
                boolean composite,
                TestInfo info)
                throws Throwable {
            super.testSslEcho(
                    server,
                    client,
                    renegotiation,
                    serverDelegatesTasks,
                    clientDelegatesTasks,
                    autoRead,
                    chunked,
                    composite,
                    info);
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
