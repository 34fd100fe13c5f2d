package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslClientRenegotiateTest;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import io.netty.testsuite.transport.socket.SocketSslGreetingTest;
import io.netty.testsuite.transport.socket.SocketSslSessionReuseTest;
import io.netty.testsuite.transport.socket.SocketStartTlsTest;
import java.util.List;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Netty's tests of TLS, with the engines of the JDK and, where available, of OpenSSL. */
final class TlsSuite {

    private TlsSuite() {}

    static class SslClientRenegotiate extends SocketSslClientRenegotiateTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class SslEcho extends SocketSslEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }

        /** Runs several at once, because each of the 192 mostly waits. */
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
            return OURS.socketWithFastOpen();
        }
    }

    static class SslSessionReuse extends SocketSslSessionReuseTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class StartTls extends SocketStartTlsTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }
}
