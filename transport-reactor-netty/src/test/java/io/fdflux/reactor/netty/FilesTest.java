package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Digest;
import io.fdflux.netty.FdFileRegion;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.OpenFiles;
import io.fdflux.netty.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Files as bodies of responses. */
@OnEveryPoller
class FilesTest {

    private static final int SMALL = 4096;
    private static final int FILE = 20 << 20;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    @TempDir
    Path folder;

    private Path file() throws IOException {
        return Files.write(folder.resolve("file"), Digest.bytes(FILE, 1));
    }

    @Test
    void reactorNettySendsOwnRegions() throws Exception {
        Path path = file();
        DisposableServer http = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .handle((request, response) -> response.header("Content-Length", Integer.toString(FILE))
                        .sendObject(Mono.fromCallable(() -> new FdFileRegion(path))))
                .bindNow();
        try (Peer peer = Peer.connect(http.address(), SMALL)) {
            peer.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) peer.read(1)[0]);
            }
            assertThat(peer.digest().end())
                    .isEqualTo(Digest.of(Digest.bytes(FILE, 1)).end());
        }
        await().untilAsserted(() -> assertThat(OpenFiles.below(folder)).isZero());
    }

    @Test
    void reactorNettySendsFiles() throws Exception {
        Path file = file();
        DisposableServer http = HttpServer.create()
                .host("127.0.0.1")
                .runOn(loops.resources())
                .handle((request, response) -> response.header("Content-Length", Integer.toString(FILE))
                        .sendFile(file))
                .bindNow();
        try (Peer peer = Peer.connect(http.address(), SMALL)) {
            peer.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                head += (char) peer.read(1)[0];
            }
            assertThat(peer.digest().end())
                    .isEqualTo(Digest.of(Digest.bytes(FILE, 1)).end());
        }
    }
}
