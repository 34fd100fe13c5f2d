package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Services that start at the same moment over the socket file of a killed one: exactly one gets the name. */
@OnEveryPoller
class SocketFileRaceTest {

    private static final int BINDERS = 2;

    @RegisterExtension
    final DomainSockets sockets = new DomainSockets();

    @RegisterExtension
    final Loops loops = new Loops(BINDERS);

    private final List<String> refusals = new ArrayList<>();

    private void leaveAFile() throws Exception {
        sockets.plainServer().close();
        assertThat(sockets.path()).exists();
    }

    /** Checks the causes of the failures, "null" for none. */
    private void assertOneWon(int number, List<String> causes) throws Exception {
        assertThat(causes).as("round " + number).containsOnlyOnce("null");
        int winner = causes.indexOf("null");
        assertThat(reached()).isEqualTo(winner);
        refusals.add(causes.get(1 - winner));
    }

    private int reached() throws Exception {
        try (SocketChannel client = sockets.plainClient()) {
            return DomainSockets.read(client, 1)[0];
        }
    }

    @Test
    void oneThreadWins() throws Exception {
        MemorySegment round = RacingBinder.round(sockets.folder().resolve("round"));
        List<RacingBinder> binders = new ArrayList<>();
        for (int i = 0; i < BINDERS; i++) {
            binders.add(new RacingBinder(loops, i, round));
        }
        for (int number = 1; number <= 300; number++) {
            leaveAFile();
            List<Future<ChannelFuture>> asked = new ArrayList<>();
            List<Channel> channels = new ArrayList<>();
            for (RacingBinder binder : binders) {
                channels.add(binder.channel());
                asked.add(binder.bind(channels.getLast(), sockets.address(), number));
            }
            RacingBinder.begin(round, number);
            List<String> causes = new ArrayList<>();
            for (Future<ChannelFuture> bound : asked) {
                causes.add(String.valueOf(bound.get().await().cause()));
            }
            assertOneWon(number, causes);
            for (Channel channel : channels) {
                channel.close().sync();
            }
            assertThat(sockets.path()).doesNotExist();
        }
        assertRefusalsAreClearAndNothingIsLeft();
    }

    @Test
    void oneProcessWins() throws Exception {
        MemorySegment round = RacingBinder.round(sockets.folder().resolve("round"));
        String file = sockets.folder().resolve("round").toString();
        try (Fork first = new Fork(RacingBinder.class, 1024, 0, file, sockets.path());
                Fork second = new Fork(RacingBinder.class, 1024, 1, file, sockets.path())) {
            List<Fork> forks = List.of(first, second);
            for (int number = 1; number <= 100; number++) {
                leaveAFile();
                for (Fork fork : forks) {
                    fork.send(Integer.toString(number));
                    assertThat(fork.line()).isEqualTo("ready");
                }
                RacingBinder.begin(round, number);
                assertOneWon(number, forks.stream().map(Fork::line).toList());
                for (Fork fork : forks) {
                    fork.send("close");
                    assertThat(fork.line()).isEqualTo("closed");
                }
            }
        }
        assertRefusalsAreClearAndNothingIsLeft();
    }

    private void assertRefusalsAreClearAndNothingIsLeft() throws Exception {
        assertThat(refusals)
                .allSatisfy(refusal -> assertThat(refusal)
                        .startsWith(BindException.class.getName())
                        .contains(sockets.path() + "): an open socket has that name"));
        try (var files = Files.list(sockets.folder())) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("round");
        }
    }
}
