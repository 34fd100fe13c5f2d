package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that ends as soon as its write has succeeded loses nothing, even to a peer that is slow at first. */
@OnEveryPoller
@Tag("staging")
class ExitTest {

    private static final int PROMISED = 60_000;
    private static final int SMALL = 4096;

    @ParameterizedTest
    @EnumSource
    void whatWasPromisedArrives(Exiting.Way way) throws Exception {
        try (ServerSocket listener = new ServerSocket()) {
            listener.setReceiveBufferSize(SMALL);
            listener.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (Fork process = new Fork(Exiting.class, 1024, listener.getLocalPort(), way, PROMISED);
                    Peer peer = Peer.accept(listener)) {
                assertThat(peer.readToEnd()).isEqualTo(Digest.bytes(PROMISED, 1));
                assertThat(process.line()).isNull();
            }
        }
    }
}
