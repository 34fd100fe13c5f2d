package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopCounters.Counter;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Invariant 16: a process without free descriptors backs off, and serves the pending clients once descriptors are free.
 */
@OnEveryPoller
class OutOfDescriptorsTest {

    private static final int LIMIT = 256;
    private static final int WAITING = 5;
    private static final int CLIENTS = 8;
    private static final int SHORTAGES = 5;

    /** An echo server that takes and returns all descriptors on command. */
    static final class Server {

        private Server() {}

        public static void main(String[] arguments) throws Exception {
            Loops loops = new Loops(1);
            EchoListener.start(loops, Boolean.parseBoolean(arguments[0]), System.err::println);
            List<FileInputStream> taken = new ArrayList<>();
            for (int command = System.in.read(); command >= 0; command = System.in.read()) {
                switch (command) {
                    case 't' -> take(taken);
                    case 'g' -> give(taken);
                    case 'c' ->
                        System.out.println(loops.count(Counter.ACCEPT_ERRORS) + " " + loops.count(Counter.ACCEPTED)
                                + " " + loops.count(Counter.WAIT_CALLS) + " "
                                + loops.count(Counter.ACCEPT_BACK_OFFS));
                    default -> {}
                }
            }
            loops.close();
        }

        private static void take(List<FileInputStream> taken) {
            try {
                while (true) {
                    taken.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException full) {
                System.out.println("full: " + full.getMessage());
            }
        }

        private static void give(List<FileInputStream> taken) throws IOException {
            for (FileInputStream file : taken) {
                file.close();
            }
            taken.clear();
            System.out.println("given");
        }
    }

    private static long[] counts(Fork server) throws IOException {
        server.send("c");
        String[] counts = server.line().split(" ");
        return Stream.of(counts).mapToLong(Long::parseLong).toArray();
    }

    private static void echoes(Peer peer) throws IOException {
        assertThat(peer.read(5)).asString().isEqualTo("hello");
    }

    @ParameterizedTest(name = "Netty is notified: {0}")
    @ValueSource(booleans = {true, false})
    void acceptingBacksOffAndRecovers(boolean notified) throws Exception {
        try (Fork server = new Fork(Server.class, LIMIT, notified)) {
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(server.line()));
            try (Peer before = Peer.connect(address).send("hello")) {
                echoes(before);
                server.send("t");
                assertThat(server.line()).startsWith("full");

                List<Peer> waiting = new ArrayList<>();
                for (int i = 0; i < WAITING; i++) {
                    waiting.add(Peer.connect(address).send("hello"));
                }
                long[] counts = counts(server);
                while (counts[0] == 0) { // until an accept has failed
                    counts = counts(server);
                }
                for (int i = 0; i < 100; i++) { // it serves its connections, and does not spin
                    before.send("hello");
                    echoes(before);
                }
                long[] after = counts(server);
                assertThat(after[1]).isEqualTo(1);
                assertThat(after[3]).as("back-offs").isPositive();
                assertThat(after[0] - counts[0]).as("accepts tried meanwhile").isLessThan(10);
                assertThat(after[2] - counts[2]).as("waits meanwhile").isLessThan(1000);

                server.send("g");
                assertThat(server.line()).isEqualTo("given");
                for (Peer peer : waiting) {
                    echoes(peer);
                    peer.close();
                }
                assertThat(counts(server)[1]).isEqualTo(1 + WAITING);
            }
        }
    }

    /** Clients keep connecting. Clients without a descriptor are served late, and none is forgotten. */
    @Test
    void underLoadEveryClientIsServed() throws Exception {
        try (Fork server = new Fork(Server.class, LIMIT, false)) {
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(server.line()));
            AtomicBoolean enough = new AtomicBoolean();
            AtomicInteger served = new AtomicInteger();
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                CompletableFuture<Void> client = new CompletableFuture<>();
                clients.add(client);
                Thread.ofPlatform().daemon().start(() -> {
                    try {
                        while (!enough.get()) {
                            try (Peer peer = Peer.connect(address)) {
                                echoes(peer.send("hello"));
                                served.incrementAndGet();
                            }
                        }
                        client.complete(null);
                    } catch (Throwable t) {
                        client.completeExceptionally(t);
                    }
                });
            }
            while (served.get() < 100) { // loading classes needs descriptors
                Thread.onSpinWait();
            }
            for (int shortage = 0; shortage < SHORTAGES; shortage++) {
                long[] before = counts(server);
                server.send("t");
                assertThat(server.line()).startsWith("full");
                while (counts(server)[0] == before[0]) { // until a failed accept has been counted
                    Thread.onSpinWait();
                }
                int servedBefore = served.get();
                server.send("g");
                assertThat(server.line()).isEqualTo("given");
                while (served.get() < servedBefore + 10 * CLIENTS) { // until it has recovered
                    Thread.onSpinWait();
                }
                long[] after = counts(server);
                assertThat(after[0] - before[0]).as("accepts that failed").isLessThan(100);
            }
            enough.set(true);
            for (CompletableFuture<Void> client : clients) {
                client.get(60, TimeUnit.SECONDS);
            }
            assertThat(counts(server)[1]).as("accepted").isEqualTo(served.get());
        }
    }
}
