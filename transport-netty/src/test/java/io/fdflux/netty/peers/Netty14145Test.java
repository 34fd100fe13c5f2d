package io.fdflux.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.Digest;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.Recorder;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server answers 413 in the middle of an upload and closes. The client, which reads on demand, asked for the answer
 * after its write had failed, and got none. Also 7287: a failed write lost unread bytes.
 */
@OnEveryPoller
@DisplayName("netty 14145: the answer is read although the connection is reset and the rest of the upload fails")
class Netty14145Test {

    private static final int UPLOAD = 64 << 20;
    private static final int READ_OF_IT = 100_000;
    private static final String ANSWER =
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder client = new Recorder();

    private FdSocketChannel connect(ServerSocket listener, boolean autoClose) throws InterruptedException {
        return (FdSocketChannel) loops.client(client)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.AUTO_CLOSE, autoClose)
                .connect(listener.getLocalSocketAddress())
                .sync()
                .channel();
    }

    /** Reads a part, answers, and closes with unread bytes: the kernel sends the answer, then RST. */
    private static void refuse(Peer peer) throws IOException {
        peer.read(READ_OF_IT);
        peer.send(ANSWER);
        peer.close();
    }

    @ParameterizedTest(name = "the write fails before the read: {0}")
    @ValueSource(booleans = {true, false})
    void theAnswerIsRead(boolean failedFirst) throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = connect(listener, false);
            ChannelFuture upload = channel.writeAndFlush(Digest.direct(new byte[UPLOAD]));
            refuse(Peer.accept(listener));
            if (failedFirst) {
                assertThat(upload.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(upload.cause()).isInstanceOf(IOException.class);
                assertThat(client.inactive.getCount())
                        .as("there is an answer to read")
                        .isEqualTo(1);
            }
            while (client.inactive.getCount() > 0) {
                channel.read();
                loops.turn();
            }
            assertThat(client.digest.end())
                    .isEqualTo(Digest.of(ANSWER.getBytes(StandardCharsets.ISO_8859_1))
                            .end());
            await().until(upload::isDone);
            assertThat(upload.cause()).isInstanceOf(IOException.class);
        }
    }

    /** Netty's AUTO_CLOSE, on by default, drops the answer, because a failed write closes the channel. */
    @Test
    void withAutoCloseAFailedWriteCloses() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = connect(listener, true);
            ChannelFuture upload = channel.writeAndFlush(Digest.direct(new byte[UPLOAD]));
            refuse(Peer.accept(listener));
            assertThat(upload.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(upload.cause()).isInstanceOf(IOException.class);
            assertThat(client.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
