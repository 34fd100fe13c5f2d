package io.fdflux.vertx;

import static io.fdflux.vertx.VertxInstance.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.FdDomainSocketChannel;
import io.fdflux.netty.FdServerDomainSocketChannel;
import io.fdflux.netty.OnEveryPoller;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Unix-domain sockets of Vert.x. */
@OnEveryPoller
class VertxDomainSocketTest {

    @RegisterExtension
    final VertxInstance vertx = new VertxInstance();

    @TempDir
    Path folder;

    private SocketAddress address;

    @BeforeEach
    void name() {
        address = SocketAddress.domainSocketAddress(folder.resolve("socket").toString());
    }

    @Test
    void bytesComeBack() {
        get(vertx.vertx
                .createNetServer()
                .connectHandler(socket -> socket.pipeTo(socket))
                .listen(address));
        NetClient clients = vertx.vertx.createNetClient();
        NetSocket client = get(clients.connect(address));
        CompletableFuture<Buffer> answer = new CompletableFuture<>();
        client.handler(answer::complete);
        client.write("hello");
        assertThat(answer.join()).hasToString("hello");
        assertThat(client.remoteAddress().path()).isEqualTo(address.path());
        assertThat(vertx.channels()).contains(FdServerDomainSocketChannel.class, FdDomainSocketChannel.class);
        get(clients.close());
    }

    @Test
    void httpRunsOnThem() {
        get(vertx.vertx
                .createHttpServer()
                .requestHandler(request -> request.response().end("hello"))
                .listen(address));
        HttpClient client = vertx.vertx.createHttpClient();
        Buffer body = get(client.request(new RequestOptions().setServer(address).setURI("/"))
                .compose(request -> request.send())
                .compose(HttpClientResponse::body));
        assertThat(body).hasToString("hello");
        get(client.close());
    }
}
