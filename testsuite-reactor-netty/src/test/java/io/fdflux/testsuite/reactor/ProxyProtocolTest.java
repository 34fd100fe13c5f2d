package io.fdflux.testsuite.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.ProxyProtocolSupportType;

/** HAProxy's PROXY protocol, in its text and its binary form. */
@OnEveryPoller
class ProxyProtocolTest {

    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10};
    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    private DisposableServer serve(ProxyProtocolSupportType support) {
        return serve(Http.server(loops).proxyProtocol(support));
    }

    private static DisposableServer serve(HttpServer server) {
        return server.handle((request, response) -> response.sendString(
                        Mono.just("<" + request.remoteAddress().getHostString() + ":"
                                + request.remoteAddress().getPort() + ">")))
                .bindNow();
    }

    private static byte[] text(String source) {
        return ("PROXY TCP4 " + source + " 127.0.0.1 4321 80\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Builds a header of version 2. */
    private static byte[] binary(String source) throws IOException {
        byte[] from = InetAddress.getByName(source).getAddress();
        boolean ipv6 = from.length == 16;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(SIGNATURE);
        out.write(0x21); // version 2, PROXY
        out.write(ipv6 ? 0x21 : 0x11); // TCP
        out.writeShort(2 * from.length + 4);
        out.write(from);
        out.write(from);
        out.writeShort(4321);
        out.writeShort(80);
        return bytes.toByteArray();
    }

    private static String answer(DisposableServer server, byte[] header) throws IOException {
        try (Peer peer = Peer.connect(server.address())) {
            return peer.send(header).send(GET).text();
        }
    }

    @Test
    void bothVersionsTellTheClientsAddress() throws Exception {
        DisposableServer server = serve(ProxyProtocolSupportType.ON);
        assertThat(answer(server, text("192.0.2.7"))).contains("<192.0.2.7:4321>");
        assertThat(answer(server, binary("192.0.2.8"))).contains("<192.0.2.8:4321>");
        assertThat(answer(server, binary("2001:db8::9"))).contains("<2001:db8:0:0:0:0:0:9:4321>");
    }

    @Test
    void theHeaderMayComeInAnyTwoParts() throws Exception {
        DisposableServer server = serve(ProxyProtocolSupportType.ON);
        for (byte[] header : new byte[][] {text("192.0.2.7"), binary("192.0.2.7")}) {
            for (int at = 1; at < header.length; at++) {
                try (Peer peer = Peer.connect(server.address())) {
                    peer.send(java.util.Arrays.copyOfRange(header, 0, at));
                    loops.turn();
                    peer.send(java.util.Arrays.copyOfRange(header, at, header.length))
                            .send(GET);
                    assertThat(peer.text()).as("cut at %d", at).contains("<192.0.2.7:4321>");
                }
            }
        }
    }

    @Test
    void automaticallyItMayBeAbsent() throws Exception {
        DisposableServer server = serve(ProxyProtocolSupportType.AUTO);
        assertThat(answer(server, new byte[0])).contains("<127.0.0.1:");
        assertThat(answer(server, text("192.0.2.7"))).contains("<192.0.2.7:4321>");
        assertThat(answer(server, binary("192.0.2.8"))).contains("<192.0.2.8:4321>");
    }

    @Test
    void itStandsBeforeTls() throws Exception {
        DisposableServer server = serve(Http.server(loops)
                .proxyProtocol(ProxyProtocolSupportType.ON)
                .secure(spec -> spec.sslContext(Certificates.http1Server(SslProvider.JDK))));
        try (Socket tcp = new Socket("127.0.0.1", server.port())) {
            tcp.getOutputStream().write(binary("192.0.2.7"));
            SSLSocket tls = (SSLSocket)
                    Certificates.jdkClient().getSocketFactory().createSocket(tcp, "localhost", server.port(), true);
            assertThat(new Peer(tls).send(GET).text()).contains("<192.0.2.7:4321>");
        }
    }

    @Test
    void whatIsNoHeaderEndsTheConnectionAndNoOther() throws Exception {
        DisposableServer server = serve(ProxyProtocolSupportType.ON);
        assertThat(answer(server, "PROXY TCP9 what is this\r\n".getBytes(StandardCharsets.ISO_8859_1)))
                .isEmpty();
        assertThat(answer(server, text("192.0.2.7"))).contains("<192.0.2.7:4321>");
    }
}
