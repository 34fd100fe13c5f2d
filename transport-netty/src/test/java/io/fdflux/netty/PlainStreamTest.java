package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdFlux;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.poller.Pollers;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.Disposable;

/** A short read of an adopted socket proves that it is drained only if the socket is plain TCP. */
@OnEveryPoller
@EnabledOnOs(value = OS.LINUX, disabledReason = "faults.c stands before glibc, and the protocol's number is Linux's")
class PlainStreamTest {

    /** Receives ten bytes in each way, and prints the read calls beyond the first. */
    static final class Receiver {

        private static final int FOR_EVER = 1_000_000_000;
        private static final int SCTP = 132;

        private final Loops loops = new Loops(1);

        private Receiver() {}

        public static void main(String[] arguments) throws Exception {
            switch (arguments[0]) {
                case "sctp" -> Faults.script("SO_PROTOCOL", SCTP, FOR_EVER);
                case "tls" -> Faults.script("TCP_ULP", 1, FOR_EVER);
                default -> {}
            }
            new Receiver().run();
        }

        private void run() throws Exception {
            System.out.println(readsOfChannel() + " " + readsOfAccepted() + " " + readsOfFlux());
            loops.close();
        }

        private interface Count {
            long get();
        }

        /** {@return the read calls for ten bytes, once the loop is idle} */
        private long reads(Peer peer, Count bytes) throws Exception {
            peer.send(new byte[10]);
            await().until(() -> bytes.get() == 10);
            loops.turn();
            long before = loops.count(Counter.READ_CALLS);
            peer.send(new byte[10]);
            await().until(() -> bytes.get() == 20);
            loops.turn();
            return loops.count(Counter.READ_CALLS) - before - 1;
        }

        private static Descriptor connected(ServerSocket listener) throws Exception {
            Descriptor socket = Sockets.tcp(false);
            Sockets.connect(socket.number(), (InetSocketAddress) listener.getLocalSocketAddress(), false);
            return socket;
        }

        private long readsOfChannel() throws Exception {
            try (ServerSocket listener = Loops.plainListener()) {
                Descriptor socket = connected(listener);
                try (Peer peer = Peer.accept(listener)) {
                    await().until(() -> Sockets.remoteAddress(socket.number()) != null);
                    Recorder recorder = new Recorder();
                    FdSocketChannel channel = new FdSocketChannel(socket);
                    new Bootstrap()
                            .group(loops.group())
                            .channelFactory(() -> channel)
                            .handler(recorder)
                            .register()
                            .sync();
                    long reads = reads(peer, recorder.digest::length);
                    channel.close().sync();
                    return reads;
                }
            }
        }

        private long readsOfAccepted() throws Exception {
            Descriptor socket = Sockets.tcp(false);
            Sockets.bind(socket.number(), Loops.anyPort(), false);
            Recorder recorder = new Recorder();
            FdServerSocketChannel listener = new FdServerSocketChannel(socket);
            new ServerBootstrap()
                    .group(loops.group())
                    .channelFactory(() -> listener)
                    .childHandler(recorder)
                    .register()
                    .sync();
            try (Peer peer = Peer.connect(listener)) {
                long reads = reads(peer, recorder.digest::length);
                listener.close().sync();
                recorder.channel().close().sync();
                return reads;
            }
        }

        private long readsOfFlux() throws Exception {
            try (ServerSocket listener = Loops.plainListener();
                    Descriptor socket = connected(listener);
                    Peer peer = Peer.accept(listener)) {
                await().until(() -> Sockets.remoteAddress(socket.number()) != null);
                AtomicInteger bytes = new AtomicInteger();
                Disposable reading = FdFlux.read(loops.loops(), socket).subscribe(buffer -> {
                    bytes.addAndGet(buffer.readableBytes());
                    buffer.release();
                });
                long reads = reads(peer, bytes::get);
                reading.dispose();
                return reads;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp,0 0 0", "sctp,1 1 1", "tls,1 1 1"})
    void theKindOfSocketDecides(String kind, String readsInVain) throws Exception {
        boolean counted = Pollers.select("").name().equals("kqueue"); // kqueue reports the byte count
        try (Fork fork = Fork.withFaults(Receiver.class, kind)) {
            assertThat(fork.line()).isEqualTo(counted ? "0 0 0" : readsInVain);
        }
    }
}
