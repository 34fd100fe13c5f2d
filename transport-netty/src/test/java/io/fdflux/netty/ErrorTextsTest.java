package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Failures have the types and texts that applications of Netty check. */
@OnEveryPoller
class ErrorTextsTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    @Test
    void aResetEndsWithTheWordsAndHasNoTrace() throws Exception {
        Recorder recorder = new Recorder();
        try (ServerSocket listener = Loops.plainListener()) {
            loops.connect(listener.getLocalSocketAddress(), recorder);
            Peer.accept(listener).reset();
        }
        await().until(() -> !recorder.failures.isEmpty());
        assertThat(recorder.failures.getFirst())
                .isInstanceOf(IOException.class)
                .hasMessageMatching("recv\\(\\[id: .*\\) failed, ECONNRESET \\d+: Connection reset by peer")
                .satisfies(failure -> assertThat(failure.getStackTrace()).isEmpty());
    }

    @Test
    void aRefusedConnectIsAConnectException() throws Exception {
        SocketAddress unused;
        try (ServerSocket listener = Loops.plainListener()) {
            unused = listener.getLocalSocketAddress();
        }
        ChannelFuture refused = loops.client(new Recorder()).connect(unused).await();
        assertThat(refused.cause())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("Connection refused: " + unused);
        assertThat(refused.cause().getCause()).isInstanceOf(ConnectException.class);
        assertThat(refused.cause().getCause().getStackTrace()).isEmpty();
    }

    @Test
    void aPortThatIsTakenIsABindException() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            ChannelFuture taken = loops.server(Recorder::new)
                    .bind(listener.getLocalSocketAddress())
                    .await();
            assertThat(taken.cause())
                    .isInstanceOf(BindException.class)
                    .hasMessageEndingWith("): Address already in use")
                    .hasMessageContaining("choose another port");
        }
    }

    /** Opens channels without free descriptors, and prints the first failure of each kind. */
    static final class Opener {

        private static final List<Supplier<Channel>> KINDS = List.of(
                FdSocketChannel::new,
                FdServerSocketChannel::new,
                FdDatagramChannel::new,
                FdDomainSocketChannel::new,
                FdServerDomainSocketChannel::new,
                FdDomainDatagramChannel::new);

        private Opener() {}

        public static void main(String[] arguments) throws Exception {
            KINDS.forEach(kind -> kind.get().unsafe().closeForcibly()); // loads the classes
            Loops loops = new Loops(1);
            Bootstrap client = loops.client(new ChannelInboundHandlerAdapter());
            client.register().sync().channel().close().sync();
            List<FileInputStream> taken = new ArrayList<>();
            List<Throwable> failures = new ArrayList<>();
            try {
                while (true) {
                    taken.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException full) {
                for (Supplier<Channel> kind : KINDS) {
                    try {
                        kind.get();
                    } catch (RuntimeException e) {
                        failures.add(e);
                    }
                }
                failures.add(client.register().await().cause());
            }
            for (FileInputStream file : taken) {
                file.close();
            }
            failures.forEach(failure -> System.out.println((failure instanceof ChannelException) + " "
                    + root(failure).getMessage().replace('\n', ' ')));
            loops.close();
        }

        private static Throwable root(Throwable failure) {
            return failure.getCause() == null ? failure : root(failure.getCause());
        }
    }

    @Test
    void aChannelWithoutADescriptorIsAChannelException() throws Exception {
        try (Fork fork = new Fork(Opener.class, 256)) {
            for (int i = 0; i < Opener.KINDS.size() + 1; i++) {
                assertThat(fork.line())
                        .as("failure %d", i)
                        .startsWith("true socket(AF_")
                        .endsWith("EMFILE 24 (this process has no descriptor left: see its limit, ulimit -n): "
                                + "Too many open files");
            }
        }
    }
}
