package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;

import io.netty.bootstrap.Bootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.DatagramConnectNotExistsTest;
import io.netty.testsuite.transport.socket.DatagramConnectedWriteExceptionTest;
import io.netty.testsuite.transport.socket.DatagramMulticastIPv6Test;
import io.netty.testsuite.transport.socket.DatagramMulticastTest;
import io.netty.testsuite.transport.socket.DatagramUnicastIPv6MappedTest;
import io.netty.testsuite.transport.socket.DatagramUnicastIPv6Test;
import io.netty.testsuite.transport.socket.DatagramUnicastInetTest;
import java.util.List;

/** Netty's tests of UDP. */
final class DatagramSuite {

    private DatagramSuite() {}

    static class Unicast extends DatagramUnicastInetTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return OURS.datagram(socketInternetProtocalFamily());
        }
    }

    static class UnicastIPv6 extends DatagramUnicastIPv6Test implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return OURS.datagram(socketInternetProtocalFamily());
        }
    }

    static class UnicastIPv6Mapped extends DatagramUnicastIPv6MappedTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return OURS.datagram(socketInternetProtocalFamily());
        }
    }

    static class Multicast extends DatagramMulticastTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return OURS.datagram(socketInternetProtocalFamily());
        }
    }

    static class MulticastIPv6 extends DatagramMulticastIPv6Test implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return OURS.datagram(socketInternetProtocalFamily());
        }
    }

    static class ConnectNotExists extends DatagramConnectNotExistsTest implements OnOurChannels {

        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return OURS.datagramSocket();
        }
    }

    static class ConnectedWriteException extends DatagramConnectedWriteExceptionTest implements OnOurChannels {

        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return OURS.datagramSocket();
        }
    }
}
