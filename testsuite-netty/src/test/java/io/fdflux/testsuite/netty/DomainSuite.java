package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.AbstractSocketReuseFdTest;
import io.netty.testsuite.transport.socket.AbstractSocketShutdownOutputByPeerTest;
import io.netty.testsuite.transport.socket.CompositeBufferGatheringWriteTest;
import io.netty.testsuite.transport.socket.SocketAddressesTest;
import io.netty.testsuite.transport.socket.SocketAutoReadTest;
import io.netty.testsuite.transport.socket.SocketBufReleaseTest;
import io.netty.testsuite.transport.socket.SocketCancelWriteTest;
import io.netty.testsuite.transport.socket.SocketConditionalWritabilityTest;
import io.netty.testsuite.transport.socket.SocketDataReadInitialStateTest;
import io.netty.testsuite.transport.socket.SocketEchoTest;
import io.netty.testsuite.transport.socket.SocketExceptionHandlingTest;
import io.netty.testsuite.transport.socket.SocketFileRegionTest;
import io.netty.testsuite.transport.socket.SocketFixedLengthEchoTest;
import io.netty.testsuite.transport.socket.SocketGatheringWriteTest;
import io.netty.testsuite.transport.socket.SocketHalfClosedTest;
import io.netty.testsuite.transport.socket.SocketObjectEchoTest;
import io.netty.testsuite.transport.socket.SocketReadPendingTest;
import io.netty.testsuite.transport.socket.SocketStringEchoTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.TestInfo;

/** Netty's tests of stream sockets, over Unix-domain sockets. */
final class DomainSuite {

    private DomainSuite() {}

    static class ReuseFd extends AbstractSocketReuseFdTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class CompositeBufferGatheringWrite extends CompositeBufferGatheringWriteTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class Addresses extends SocketAddressesTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }

        @Override
        protected void assertAddress(SocketAddress address) {
            assertThat(((DomainSocketAddress) address).path()).isNotNull();
        }
    }

    static class AutoRead extends SocketAutoReadTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class BufRelease extends SocketBufReleaseTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class CancelWrite extends SocketCancelWriteTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class ConditionalWritability extends SocketConditionalWritabilityTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class DataReadInitialState extends SocketDataReadInitialStateTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class Echo extends SocketEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class ExceptionHandling extends SocketExceptionHandlingTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class FileRegion extends SocketFileRegionTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class FixedLengthEcho extends SocketFixedLengthEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class GatheringWrite extends SocketGatheringWriteTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class HalfClosed extends SocketHalfClosedTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }

        /** Disabled: SO_LINGER belongs to TCP, socket(7), and the test assumes a TCP channel. */
        @Override
        public void testHalfClosureReceiveDataOnFinalWait2StateWhenSoLingerSet(TestInfo info) {}
    }

    static class ObjectEcho extends SocketObjectEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class ReadPending extends SocketReadPendingTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    /** Uses a JDK socket as the peer. */
    static class ShutdownOutputByPeer extends AbstractSocketShutdownOutputByPeerTest<SocketChannel>
            implements OnOurChannels {

        @Override
        protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
            return OURS.serverDomainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }

        @Override
        protected SocketChannel newSocket() {
            try {
                return SocketChannel.open(StandardProtocolFamily.UNIX);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        protected void connect(SocketChannel socket, SocketAddress address) throws IOException {
            socket.connect(UnixDomainSocketAddress.of(((DomainSocketAddress) address).path()));
        }

        @Override
        protected void write(SocketChannel socket, int value) throws IOException {
            socket.write(ByteBuffer.wrap(new byte[] {(byte) value}));
        }

        @Override
        protected void shutdownOutput(SocketChannel socket) throws IOException {
            socket.shutdownOutput();
        }

        @Override
        protected void close(SocketChannel socket) throws IOException {
            socket.close();
        }
    }

    static class StringEcho extends SocketStringEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }
    }

    static class EchoOfAbstractName extends SocketEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.domainSocket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.abstractName();
        }
    }
}
