package io.fdflux.vertx;

import static io.fdflux.vertx.VertxInstance.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.OnEveryPoller;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagram sockets of Vert.x. */
@OnEveryPoller
class VertxDatagramTest {

    @RegisterExtension
    final VertxInstance vertx = new VertxInstance();

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void datagramsGoBothWays(String host) {
        boolean v6 = host.contains(":");
        DatagramSocketOptions options = new DatagramSocketOptions().setIpV6(v6);
        DatagramSocket server = get(vertx.vertx.createDatagramSocket(options).listen(0, host));
        server.handler(packet -> server.send(
                packet.data() + "!", packet.sender().port(), packet.sender().host()));
        CompletableFuture<DatagramPacket> answer = new CompletableFuture<>();
        DatagramSocket client = get(vertx.vertx.createDatagramSocket(options).listen(0, host));
        client.handler(answer::complete);
        get(client.send("hello", server.localAddress().port(), host));
        assertThat(answer.join().data()).hasToString("hello!");
        assertThat(answer.join().sender().port())
                .isEqualTo(server.localAddress().port());
        assertThat(vertx.channels()).containsExactly(FdDatagramChannel.class);
    }

    @Test
    void socketsShareAPort() {
        DatagramSocketOptions options = new DatagramSocketOptions().setReusePort(true);
        DatagramSocket first = get(vertx.vertx.createDatagramSocket(options).listen(0, "127.0.0.1"));
        int port = first.localAddress().port();
        DatagramSocket second = get(vertx.vertx.createDatagramSocket(options).listen(port, "127.0.0.1"));
        assertThat(second.localAddress().port()).isEqualTo(port);
    }
}
