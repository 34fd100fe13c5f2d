package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.poller.Pollers;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP's urgent byte, tcp(7): a read ends before it, however many bytes follow. */
@OnEveryPoller
class UrgentDataTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder server = new Recorder();

    @Test
    @EnabledOnOs(OS.LINUX)
    void aSpliceGoesOnBehindIt() throws Exception {
        assumeTrue(Pollers.select("").name().equals("epoll"), "libkqueue does not tell of it");
        Recorder to = new Recorder();
        try (Peer feeder = Peer.connect(loops.listen(() -> server));
                Peer reader = Peer.connect(loops.listen(() -> to))) {
            Future<Long> splice = server.channel().spliceTo(to.channel(), Long.MAX_VALUE);
            loops.turn(); // now the splice reads, not the pipeline
            for (int i = 0; i < 3; i++) {
                feeder.send("before");
                feeder.socket().sendUrgentData('!');
                feeder.send("behind");
                assertThat(reader.read(12)).asString().isEqualTo("beforebehind");
            }
            feeder.socket().sendUrgentData('!');
            feeder.end();
            assertThat(splice.sync().getNow()).isEqualTo(36);
        }
    }

    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void whatFollowsTheUrgentByteIsReadToo(boolean autoRead) throws Exception {
        try (Peer peer = Peer.connect(loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .bind(Loops.anyPort())
                .sync()
                .channel())) {
            FdSocketChannel channel = server.channel();
            channel.read();
            peer.send("first"); // now the interest is armed
            await().until(() -> server.digest.length() == 5);
            channel.read();
            loops.turn();
            try (var _ = HeldLoop.hold(channel.eventLoop())) {
                peer.send("before");
                peer.socket().sendUrgentData('!');
                peer.send("behind");
            }
            await().until(() -> server.digest.length() >= 5 + 6);
            channel.read();
            await().untilAsserted(() -> assertThat(server.digest.length()).isEqualTo(5 + 6 + 6));
        }
    }
}
