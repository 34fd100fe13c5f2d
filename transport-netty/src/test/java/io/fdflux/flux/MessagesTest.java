package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdFlux;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.TestFiles;
import io.fdflux.posix.poll.Epoll;
import io.fdflux.posix.socket.SocketOption;
import io.fdflux.posix.socket.SocketOptionCalls;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.Unpooled;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Invariant 20: messages stay whole, an empty one is a message, a message that does not fit is an error. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class MessagesTest {

    /** Small reads shrink the predicted size of a stream below every later message. */
    private static final int SMALL_READS = 80;

    @RegisterExtension
    final Streams streams = new Streams();

    private static byte[] bytes(int length) {
        return new byte[length];
    }

    @ParameterizedTest
    @ValueSource(strings = {"SOCK_SEQPACKET", "SOCK_DGRAM"})
    void unixMessages(String type) throws Exception {
        Pipes.Pair pair = streams.pair(TestFiles.messageSockets(type));
        SocketOptionCalls.set(pair.second().number(), SocketOption.SNDBUF, 1024 * 1024);
        List<Integer> read = new CopyOnWriteArrayList<>();
        streams.sizes(pair.first()).subscribe(read::add);
        for (int i = 0; i < SMALL_READS; i++) {
            Streams.write(pair.second(), bytes(20));
        }
        await().until(() -> read.size() == SMALL_READS);
        read.clear();
        for (int length : new int[] {1500, 0, 7, 0, 0, 100_000, 1}) {
            Streams.write(pair.second(), bytes(length));
        }
        await().until(() -> read.equals(List.of(1500, 0, 7, 0, 0, 100_000, 1)));
    }

    @Test
    void emptyMessageThatWasWaitedForIsNoEnd() throws Exception {
        Pipes.Pair pair = streams.pair(TestFiles.messageSockets("SOCK_SEQPACKET"));
        StepVerifier.create(streams.sizes(pair.first()))
                .then(streams::settle)
                .then(() -> Streams.write(pair.second(), bytes(0)))
                .expectNext(0)
                .then(() -> Streams.write(pair.second(), bytes(0)))
                .expectNext(0)
                .then(() -> close(pair.second()))
                .verifyComplete();
    }

    @Test
    @DisplayName("empty messages before others are delivered after the peer's close, which is the end")
    void messagesOfAPeerThatHasGone() throws Exception {
        Pipes.Pair pair = streams.pair(TestFiles.messageSockets("SOCK_SEQPACKET"));
        for (int length : new int[] {0, 3, 0, 0, 5}) {
            Streams.write(pair.second(), bytes(length));
        }
        pair.second().close();
        StepVerifier.create(streams.sizes(pair.first()), 0)
                .then(streams::settle)
                .thenRequest(10)
                .expectNext(0, 3, 0, 0, 5)
                .verifyComplete();
    }

    private static void close(Descriptor descriptor) {
        descriptor.closeUnchecked();
    }

    @Test
    void udp() throws Exception {
        Descriptor udp = streams.open(Sockets.udp(false));
        Sockets.bind(udp.number(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), false);
        List<Integer> read = new CopyOnWriteArrayList<>();
        streams.sizes(udp).subscribe(read::add);
        try (DatagramSocket sender = new DatagramSocket()) {
            InetSocketAddress to = Sockets.localAddress(udp.number());
            for (int length : new int[] {20, 1400, 0, 7, 65_507}) {
                sender.send(new DatagramPacket(bytes(length), length, to));
            }
        }
        await().until(() -> read.equals(List.of(20, 1400, 0, 7, 65_507)));
    }

    @Test
    void packetPipe() throws Exception {
        Pipes.Pair pipe = streams.pair(TestFiles.packetPipe());
        List<Integer> read = new CopyOnWriteArrayList<>();
        streams.sizes(pipe.first()).subscribe(read::add);
        for (int i = 0; i < SMALL_READS; i++) {
            Streams.write(pipe.second(), bytes(20));
            int expected = i + 1;
            await().until(() -> read.size() == expected);
        }
        read.clear();
        Streams.write(pipe.second(), bytes(4096));
        Streams.write(pipe.second(), bytes(20));
        await().until(() -> read.equals(List.of(4096, 20)));
    }

    @Test
    @DisplayName("a shared packet pipe is opened again, and still writes packets")
    void packetPipeIsWritten() throws Exception {
        Pipes.Pair pipe = streams.pair(TestFiles.packetPipe());
        streams.writing(pipe.second(), "one", "three").block();
        assertThat(Streams.read(pipe.first())).isEqualTo("one");
        assertThat(Streams.read(pipe.first())).isEqualTo("three");
    }

    @DisabledIfSystemProperty(
            named = "fdflux.poller",
            matches = "kqueue",
            disabledReason = "libkqueue refuses eventfd and inotify")
    @Test
    void inotify(@TempDir Path folder) throws Exception {
        Descriptor inotify = streams.open(TestFiles.inotify(folder));
        List<Integer> read = new CopyOnWriteArrayList<>();
        StringBuilder failure = new StringBuilder();
        streams.sizes(inotify).subscribe(read::add, failure::append);
        for (int i = 0; i < SMALL_READS; i++) {
            Files.createFile(folder.resolve("f" + i));
            int expected = (i + 1) * 32;
            await().until(() -> read.stream().mapToInt(Integer::intValue).sum() == expected);
        }
        read.clear();
        Files.createFile(folder.resolve("long-".repeat(40)));
        await().until(() -> failure.length() > 0 || read.equals(List.of(224)));
        assertThat(failure).isEmpty();
    }

    @DisabledIfSystemProperty(
            named = "fdflux.poller",
            matches = "kqueue",
            disabledReason = "libkqueue refuses eventfd and inotify")
    @Test
    void eventfd() throws Exception {
        Descriptor eventfd = streams.open(Epoll.eventfd());
        StepVerifier.create(streams.sizes(eventfd))
                .then(() -> Streams.write(eventfd, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}))
                .expectNext(8)
                .then(streams::settle)
                .then(() -> Streams.write(eventfd, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}))
                .expectNext(8)
                .thenCancel()
                .verify();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SOCK_SEQPACKET", "SOCK_DGRAM"})
    @DisplayName("one buffer is one message, also an empty one")
    void buffersAreMessages(String type) throws Exception {
        Pipes.Pair pair = streams.pair(TestFiles.messageSockets(type));
        FdFlux.write(
                        streams.loops,
                        pair.first(),
                        Flux.just(3, 0, 5, 20_000)
                                .map(length -> Unpooled.wrappedBuffer(
                                        Unpooled.directBuffer().writeZero(length / 2),
                                        Unpooled.buffer().writeZero(length - length / 2))))
                .block();
        for (int length : new int[] {3, 0, 5, 20_000}) {
            assertThat(Io.available(pair.second().number())).isNotNegative();
            assertThat(Streams.read(pair.second())).hasSize(length);
        }
    }

    @Test
    void messageThatIsTooLongToSendIsAnError() throws Exception {
        Pipes.Pair pair = streams.pair(TestFiles.messageSockets("SOCK_DGRAM"));
        StepVerifier.create(FdFlux.write(
                        streams.loops,
                        pair.first(),
                        Flux.just(1).map(i -> Unpooled.directBuffer().writeZero(4 * 1024 * 1024))))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                PosixException.class, p -> assertThat(p.errno()).isEqualTo(Errno.EMSGSIZE)));
    }
}
