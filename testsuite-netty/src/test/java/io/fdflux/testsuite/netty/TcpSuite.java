package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Loops;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.AbstractSocketReuseFdTest;
import io.netty.testsuite.transport.socket.CompositeBufferGatheringWriteTest;
import io.netty.testsuite.transport.socket.SocketAddressesTest;
import io.netty.testsuite.transport.socket.SocketAutoReadTest;
import io.netty.testsuite.transport.socket.SocketBufReleaseTest;
import io.netty.testsuite.transport.socket.SocketCancelWriteTest;
import io.netty.testsuite.transport.socket.SocketCloseForciblyTest;
import io.netty.testsuite.transport.socket.SocketConditionalWritabilityTest;
import io.netty.testsuite.transport.socket.SocketConnectTest;
import io.netty.testsuite.transport.socket.SocketDataReadInitialStateTest;
import io.netty.testsuite.transport.socket.SocketEchoTest;
import io.netty.testsuite.transport.socket.SocketExceptionHandlingTest;
import io.netty.testsuite.transport.socket.SocketFileRegionTest;
import io.netty.testsuite.transport.socket.SocketFixedLengthEchoTest;
import io.netty.testsuite.transport.socket.SocketGatheringWriteTest;
import io.netty.testsuite.transport.socket.SocketHalfClosedTest;
import io.netty.testsuite.transport.socket.SocketMultipleConnectTest;
import io.netty.testsuite.transport.socket.SocketObjectEchoTest;
import io.netty.testsuite.transport.socket.SocketReadPendingTest;
import io.netty.testsuite.transport.socket.SocketRstTest;
import io.netty.testsuite.transport.socket.SocketSpdyEchoTest;
import io.netty.testsuite.transport.socket.SocketStringEchoTest;
import io.netty.testsuite.transport.socket.TrafficShapingHandlerTest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** Netty's tests of stream sockets with channels at both ends. */
final class TcpSuite {

    private TcpSuite() {}

    static class ReuseFd extends AbstractSocketReuseFdTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return Loops.anyPort();
        }
    }

    static class CompositeBufferGatheringWrite extends CompositeBufferGatheringWriteTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class Addresses extends SocketAddressesTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }

        @Override
        protected void assertAddress(SocketAddress address) {
            assertThat(((InetSocketAddress) address).getPort()).isPositive();
            assertThat(((InetSocketAddress) address).getAddress().isAnyLocalAddress())
                    .isFalse();
        }
    }

    static class AutoRead extends SocketAutoReadTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class BufRelease extends SocketBufReleaseTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class CancelWrite extends SocketCancelWriteTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class CloseForcibly extends SocketCloseForciblyTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class ConditionalWritability extends SocketConditionalWritabilityTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class Connect extends SocketConnectTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class DataReadInitialState extends SocketDataReadInitialStateTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class Echo extends SocketEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class ExceptionHandling extends SocketExceptionHandlingTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class FileRegion extends SocketFileRegionTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class FixedLengthEcho extends SocketFixedLengthEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class GatheringWrite extends SocketGatheringWriteTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class HalfClosed extends SocketHalfClosedTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class MultipleConnect extends SocketMultipleConnectTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class ObjectEcho extends SocketObjectEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class ReadPending extends SocketReadPendingTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class Rst extends SocketRstTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class SpdyEcho extends SocketSpdyEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }

    static class StringEcho extends SocketStringEchoTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socketWithFastOpen();
        }
    }

    static class TrafficShapingHandler extends TrafficShapingHandlerTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
            return OURS.socket();
        }
    }
}
