package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdFlux;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.NothingLeaks;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.io.TestFiles;
import io.fdflux.spi.Interest;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/**
 * {@link FdFlux#listen}, {@link FdFlux#accept}, {@link FdFlux#connect} and {@link FdFlux#readiness} on real sockets.
 */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ConnectionsTest {

    @RegisterExtension
    final Streams streams = new Streams();

    @TempDir
    private Path folder;

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private Descriptor listener(SocketAddress address) throws IOException {
        return streams.open(FdFlux.listen(address));
    }

    /** Answers each connection with what it sends, until it ends. */
    private Disposable echo(Descriptor listener) {
        Disposable serving = FdFlux.accept(streams.loops, listener)
                .flatMap(connection -> FdFlux.write(streams.loops, connection, FdFlux.read(streams.loops, connection))
                        .onErrorComplete()
                        .doFinally(end -> connection.closeUnchecked()))
                .subscribe();
        streams.open(serving::dispose);
        return serving;
    }

    private Mono<String> ask(SocketAddress server, String text) {
        return FdFlux.connect(streams.loops, server)
                .flatMap(connection -> streams.writing(connection, text)
                        .thenMany(streams.texts(connection))
                        .scan("", String::concat)
                        .filter(text::equals)
                        .next()
                        .doFinally(end -> connection.closeUnchecked()));
    }

    @Test
    void tcp() throws Exception {
        Descriptor listener = listener(anyPort());
        echo(listener);
        StepVerifier.create(ask(FdFlux.localAddress(listener), "hello"))
                .expectNext("hello")
                .verifyComplete();
    }

    @Test
    void unixDomain() throws Exception {
        SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        Descriptor listener = listener(address);
        assertThat(FdFlux.localAddress(listener)).isEqualTo(address);
        echo(listener);
        StepVerifier.create(ask(address, "hello")).expectNext("hello").verifyComplete();
    }

    @Test
    @DisplayName("a listener at the wildcard address takes connections of each family of this machine")
    void wildcard() throws Exception {
        Descriptor listener = listener(new InetSocketAddress(0));
        echo(listener);
        int port = ((InetSocketAddress) FdFlux.localAddress(listener)).getPort();
        try (Socket probe = new Socket("127.0.0.1", port)) {
            assertThat(probe.isConnected()).isTrue();
        }
        StepVerifier.create(ask(new InetSocketAddress("127.0.0.1", port), "four"))
                .expectNext("four")
                .verifyComplete();
    }

    @Test
    void manyConnectionsAtOnce() throws Exception {
        Descriptor listener = listener(anyPort());
        echo(listener);
        SocketAddress server = FdFlux.localAddress(listener);
        List<String> texts = IntStream.range(0, 200).mapToObj(i -> "text " + i).toList();
        StepVerifier.create(Flux.fromIterable(texts)
                        .flatMap(text -> ask(server, text), 50)
                        .collectList())
                .assertNext(answers -> assertThat(answers).containsExactlyInAnyOrderElementsOf(texts))
                .verifyComplete();
    }

    @Test
    @DisplayName("invariant 1: connections that nobody requests stay in the kernel's queue")
    void demandAccepts() throws Exception {
        Descriptor listener = listener(anyPort());
        int port = ((InetSocketAddress) FdFlux.localAddress(listener)).getPort();
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(streams.open(new Socket(InetAddress.getLoopbackAddress(), port)));
        }
        StepVerifier.create(FdFlux.accept(streams.loops, listener), 0)
                .then(streams::settle)
                .then(() -> assertThat(streams.loops.total(Counter.ACCEPTED)).isZero())
                .thenRequest(2)
                .consumeNextWith(Descriptor::closeUnchecked)
                .consumeNextWith(Descriptor::closeUnchecked)
                .then(streams::settle)
                .then(() -> assertThat(streams.loops.total(Counter.ACCEPTED)).isEqualTo(2))
                .thenRequest(1)
                .consumeNextWith(connection -> {
                    assertThat(FdFlux.remoteAddress(connection))
                            .isEqualTo(clients.get(2).getLocalSocketAddress());
                    assertThat(connection.isUnshared()).isTrue();
                    assertThat(TestFiles.isNonBlocking(connection)).isTrue();
                    connection.closeUnchecked();
                })
                .thenCancel()
                .verify();
    }

    @Test
    @DisplayName(
            "an inherited listener that blocks is non-blocking while it is accepted from, and blocking again after")
    void blockingListener() throws Exception {
        Descriptor listener = listener(anyPort());
        listener.nonBlocking(false);
        Descriptor inherited = streams.open(TestFiles.dup(listener));
        List<Descriptor> accepted = new CopyOnWriteArrayList<>();
        Disposable accepting = FdFlux.accept(streams.loops, inherited).subscribe(accepted::add);
        streams.settle();
        int port = ((InetSocketAddress) FdFlux.localAddress(listener)).getPort();
        streams.open(new Socket(InetAddress.getLoopbackAddress(), port));
        await().until(() -> accepted.size() == 1);
        streams.settle(); // a loop that waits in accept(2) fails here
        accepting.dispose();
        streams.settle();
        assertThat(TestFiles.isNonBlocking(listener)).isFalse();
        accepted.getFirst().close();
    }

    @Test
    void whatDoesNotListenIsAnError() throws Exception {
        StepVerifier.create(
                        FdFlux.accept(streams.loops, streams.pair(Pipes.pipe()).first()))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("ENOTSOCK"));
        StepVerifier.create(FdFlux.accept(
                        streams.loops, streams.pair(Pipes.socketPair()).first()))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("EINVAL"));
    }

    // ---- connecting

    @Test
    @DisplayName("the connect begins with the request, and the socket is the subscriber's")
    void connectOnDemand() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(10_000);
            StepVerifier.create(FdFlux.connect(streams.loops, server.getLocalSocketAddress()), 0)
                    .then(streams::settle)
                    .thenRequest(1)
                    .consumeNextWith(connection -> {
                        assertThat(FdFlux.remoteAddress(connection)).isEqualTo(server.getLocalSocketAddress());
                        streams.open(connection);
                    })
                    .verifyComplete();
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write("hi".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void refusedConnect() throws Exception {
        SocketAddress nobody;
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            nobody = server.getLocalSocketAddress();
        }
        StepVerifier.create(FdFlux.connect(streams.loops, nobody))
                .verifyErrorSatisfies(
                        e -> assertThat(e).isInstanceOf(ConnectException.class).hasMessageContaining("ECONNREFUSED"));
    }

    @Test
    void wrongAddresses() {
        StepVerifier.create(FdFlux.connect(streams.loops, InetSocketAddress.createUnresolved("fdflux.invalid", 80)))
                .verifyError(UnknownHostException.class);
        StepVerifier.create(FdFlux.connect(streams.loops, UnixDomainSocketAddress.of(folder.resolve("none"))))
                .verifyError(FileNotFoundException.class);
        SocketAddress other = new SocketAddress() {
            private static final long serialVersionUID = 1L;
        };
        StepVerifier.create(FdFlux.connect(streams.loops, other)).verifyError(IllegalArgumentException.class);
        assertThatThrownBy(() -> FdFlux.listen(other)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("invariant 10: a cancelled connect closes its socket")
    void cancelledConnect() throws Exception {
        streams.settle();
        // Its backlog is full, so a further connect stays in progress.
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int before = NothingLeaks.descriptors();
            List<Descriptor> connected = new CopyOnWriteArrayList<>();
            List<Disposable> connecting = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                connecting.add(FdFlux.connect(streams.loops, server.getLocalSocketAddress())
                        .subscribe(connected::add));
            }
            streams.settle();
            assertThat(connected).as("the backlog is full").hasSizeLessThan(8);
            connecting.forEach(Disposable::dispose);
            streams.settle();
            connected.forEach(Descriptor::closeUnchecked);
            assertThat(NothingLeaks.descriptors()).isEqualTo(before);
        }
    }

    // ---- readiness

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("readiness is reported with the bytes, and reported again until they are read")
    void readiness(boolean shared) throws Exception {
        var pair = streams.pair(Pipes.socketPair());
        Descriptor reader = shared ? streams.open(TestFiles.dup(pair.first())) : pair.first();
        StepVerifier.create(FdFlux.readiness(streams.loops, reader, Interest.READ), 1)
                .then(streams::settle)
                .then(() -> Streams.write(pair.second(), "abc"))
                .expectNext(3L)
                .then(streams::settle)
                .thenRequest(1)
                .expectNext(3L)
                .then(() -> assertThat(Streams.read(reader)).isEqualTo("abc"))
                .thenRequest(1)
                .then(streams::settle)
                .then(() -> Streams.write(pair.second(), "d"))
                .expectNext(1L)
                .then(() -> assertThat(Streams.read(reader)).isEqualTo("d"))
                .thenRequest(1)
                .then(streams::settle)
                .then(() -> pair.second().closeUnchecked())
                .expectNext(0L)
                .thenCancel()
                .verify();
    }

    @Test
    void readinessToWrite() throws Exception {
        var pipe = streams.pair(Pipes.pipe());
        byte[] much = new byte[64 * 1024];
        int full = 0;
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate(much.length);
            for (int n; (n = Io.write(pipe.second().number(), memory.address(), much.length)) > 0; ) {
                full += n;
            }
        }
        assertThat(full).isPositive();
        StepVerifier.create(FdFlux.readiness(streams.loops, pipe.second(), Interest.WRITE), 1)
                .then(streams::settle)
                .then(() -> assertThat(Streams.read(pipe.first())).isNotEmpty())
                .expectNext(-1L)
                .thenCancel()
                .verify();
    }

    @Test
    @DisplayName("a listener is ready when a connection waits")
    void readinessOfAListener() throws Exception {
        Descriptor listener = listener(anyPort());
        int port = ((InetSocketAddress) FdFlux.localAddress(listener)).getPort();
        StepVerifier.create(FdFlux.readiness(streams.loops, listener, Interest.READ), 1)
                .then(streams::settle)
                .then(() -> connect(port))
                .expectNextCount(1)
                .thenCancel()
                .verify();
    }

    private void connect(int port) {
        try {
            streams.open(new Socket(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Small buffers of one source go out together. */
    @Test
    void writesAreGathered() throws Exception {
        var pair = streams.pair(Pipes.socketPair());
        long before = streams.loops.total(Counter.WRITE_CALLS);
        Flux<ByteBuf> source = Flux.range(0, 320).map(i -> Streams.buffer("0123456789"));
        FdFlux.write(streams.loops, pair.first(), source).block();
        assertThat(streams.loops.total(Counter.WRITE_CALLS) - before).isLessThanOrEqualTo(20);
        assertThat(Streams.read(pair.second())).isEqualTo("0123456789".repeat(320));
    }
}
