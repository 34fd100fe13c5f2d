package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invariant 16: unusual errors of system calls, by script because a kernel seldom returns them. */
@OnEveryPoller
@EnabledOnOs(value = OS.LINUX, disabledReason = "faults.c stands before glibc, and the error numbers here are Linux's")
class FaultsTest {

    private static final int FOR_EVER = 1_000_000_000;

    /** The server's counts. */
    private record Counts(long acceptErrors, long accepted, long waits, long exceptions) {}

    private static String ask(Fork server, String command) throws IOException {
        server.send(command);
        return server.line();
    }

    private static void script(Fork server, String function, int errno, int times) throws IOException {
        assertThat(ask(server, "fault " + function + " " + errno + " " + times)).isEqualTo("scripted");
    }

    private static Counts counts(Fork server) throws IOException {
        String[] counts = ask(server, "counts").split(" ");
        return new Counts(
                Long.parseLong(counts[0]),
                Long.parseLong(counts[1]),
                Long.parseLong(counts[2]),
                Long.parseLong(counts[3]));
    }

    private static InetSocketAddress address(Fork server) {
        return new InetSocketAddress("127.0.0.1", Integer.parseInt(server.line()));
    }

    private static void echo(Peer peer) throws IOException {
        assertThat(peer.send("hello").read(5)).asString().isEqualTo("hello");
    }

    /** Waits until accepts fail more often than before. */
    private static Counts awaitError(Fork server, Counts before) throws IOException {
        Counts counts = counts(server);
        while (counts.acceptErrors() == before.acceptErrors()) {
            counts = counts(server);
        }
        return counts;
    }

    /** No descriptors in the system, no memory, a refusal by a security module, and an unexpected error. */
    @ParameterizedTest(name = "Netty is notified: {0}, the listener moves: {1}")
    @CsvSource({"false,false", "true,false", "false,true"})
    void aFailedAcceptBacksOffAndRecovers(boolean notified, boolean moves) throws Exception {
        try (Fork server = Fork.withFaults(FaultyServer.class, notified)) {
            InetSocketAddress address = address(server);
            try (Peer before = Peer.connect(address)) {
                echo(before);
                List<String> all = List.of("ENFILE", "ENOBUFS", "ENOMEM", "EPERM", "EACCES", "EIO");
                for (String name : notified ? all.subList(0, 1) : all) { // Netty pauses for a second
                    failing(server, address, before, number(name), moves);
                }
            }
        }
    }

    private static void failing(Fork server, InetSocketAddress address, Peer before, int errno, boolean moves)
            throws IOException {
        Counts start = counts(server);
        script(server, "accept4", errno, FOR_EVER);
        try (Peer waiting = Peer.connect(address)) {
            Counts noticed = awaitError(server, start);
            for (int i = 0; i < 100; i++) { // it serves its connections, and does not spin
                echo(before);
            }
            if (moves) {
                assertThat(ask(server, "move")).isEqualTo("moved");
            }
            Counts after = counts(server);
            assertThat(after.accepted()).isEqualTo(start.accepted());
            assertThat(after.acceptErrors() - noticed.acceptErrors())
                    .as("accepts tried meanwhile")
                    .isLessThan(20);
            assertThat(after.waits() - noticed.waits()).as("waits meanwhile").isLessThan(2000);
            assertThat(after.exceptions()).isGreaterThan(start.exceptions());
            script(server, "accept4", 0, 0);
            echo(waiting);
            assertThat(counts(server).accepted()).isEqualTo(start.accepted() + 1);
        }
    }

    private static int number(String name) {
        return IntStream.range(1, 200)
                .filter(errno -> Errno.name(errno).equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** accept(2): Linux reports pending network errors of a queued connection; the next connection may be fine. */
    @Test
    void aConnectionThatFailedInTheQueueIsPassedOver() throws Exception {
        List<String> passedOn = List.of(
                "ECONNABORTED",
                "EPROTO",
                "ENETDOWN",
                "ENOPROTOOPT",
                "EHOSTDOWN",
                "ENONET",
                "EHOSTUNREACH",
                "EOPNOTSUPP",
                "ENETUNREACH");
        try (Fork server = Fork.withFaults(FaultyServer.class, true)) {
            InetSocketAddress address = address(server);
            for (int i = 1; i <= passedOn.size(); i++) {
                script(server, "accept4", number(passedOn.get(i - 1)), 3);
                try (Peer peer = Peer.connect(address)) {
                    echo(peer);
                    Counts counts = counts(server);
                    assertThat(counts.acceptErrors()).isEqualTo(3L * i);
                    assertThat(counts.exceptions()).isZero();
                }
            }
        }
    }

    @Test
    void aQueueOfFailuresBacksOffToo() throws Exception {
        try (Fork server = Fork.withFaults(FaultyServer.class, false)) {
            InetSocketAddress address = address(server);
            Counts start = counts(server);
            script(server, "accept4", Errno.ECONNABORTED, FOR_EVER);
            try (Peer peer = Peer.connect(address)) {
                Counts noticed = awaitError(server, start);
                Counts after = counts(server);
                while (after.exceptions() < 3) { // it backs off three times
                    after = counts(server);
                }
                assertThat(after.acceptErrors() - noticed.acceptErrors()).isLessThan(1000);
                script(server, "accept4", 0, 0);
                echo(peer);
            }
        }
    }

    /** A call that a signal interrupts is repeated without notice. */
    @Test
    void anInterruptedCallIsRepeated() throws Exception {
        try (Fork server = Fork.withFaults(FaultyServer.class, true)) {
            InetSocketAddress address = address(server);
            try (Peer before = Peer.connect(address)) {
                echo(before);
                for (List<String> functions : List.of(
                        List.of("accept4"),
                        List.of("recv"),
                        List.of("send"),
                        List.of("epoll_wait", "epoll_pwait2", "kevent"))) { // the poller uses one of them
                    interrupted(server, address, before, functions);
                }
                assertThat(counts(server).acceptErrors()).isZero();
                assertThat(counts(server).exceptions()).isZero();
            }
        }
    }

    private static void interrupted(Fork server, InetSocketAddress address, Peer before, List<String> functions)
            throws IOException {
        int times = 7;
        for (String function : functions) {
            script(server, function, Errno.EINTR, times);
        }
        for (int i = 0; i < 20; i++) {
            echo(before);
            try (Peer another = Peer.connect(address)) {
                echo(another);
            }
        }
        int came = 0;
        for (String function : functions) {
            came += times - Integer.parseInt(ask(server, "left " + function));
        }
        assertThat(came).as("interruptions of " + functions).isGreaterThanOrEqualTo(times);
    }

    @Test
    void anInterruptedConnectGoesOn() throws Exception {
        try (Fork server = Fork.withFaults(FaultyServer.class, true)) {
            address(server);
            script(server, "connect", Errno.EINTR, 1);
            assertThat(ask(server, "connect")).isEqualTo("null");
            assertThat(ask(server, "left connect")).isEqualTo("0");
        }
    }

    /** A stop and a continue interrupt epoll_wait(2), signal(7), with or without a handler. */
    @Test
    void aProcessThatIsStoppedAndGoesOnServes() throws Exception {
        try (Fork server = Fork.withFaults(FaultyServer.class, true)) {
            InetSocketAddress address = address(server);
            try (Peer before = Peer.connect(address)) {
                for (int i = 0; i < 20; i++) {
                    signal(server, "STOP");
                    before.send("hello");
                    try (Peer meanwhile = Peer.connect(address).send("hello")) {
                        signal(server, "CONT");
                        assertThat(before.read(5)).asString().isEqualTo("hello");
                        assertThat(meanwhile.read(5)).asString().isEqualTo("hello");
                    }
                }
                assertThat(counts(server).exceptions()).isZero();
            }
        }
    }

    private static void signal(Fork server, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(server.pid()))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void datagramsThatCannotBeReadAreNotTriedWithoutPause() throws Exception {
        try (Fork receiver = Fork.withFaults(FaultyReceiver.class);
                DatagramSocket sender = new DatagramSocket()) {
            InetSocketAddress to = address(receiver);
            DatagramPacket datagram = new DatagramPacket(new byte[3], 3, to);
            script(receiver, "recvmsg", number("EPERM"), FOR_EVER);
            sender.send(datagram);
            while (datagramCounts(receiver)[1] < 20) {
                // until 20 reads have failed
            }
            long start = System.nanoTime();
            int before = datagramCounts(receiver)[1];
            for (int i = 0; i < 1000; i++) {
                assertThat(datagramCounts(receiver)[0]).isZero();
            }
            int failures = datagramCounts(receiver)[1] - before;
            assertThat(failures).isLessThan((int) (5 + (System.nanoTime() - start) / 90_000_000));
            script(receiver, "recvmsg", 0, 0);
            while (datagramCounts(receiver)[0] < 1) {
                // the datagram comes after the backoff
            }
            script(receiver, "recvmsg", Errno.EINTR, 5);
            sender.send(datagram);
            while (datagramCounts(receiver)[0] < 2) {
                // the next one comes, too
            }
        }
    }

    private static int[] datagramCounts(Fork receiver) throws IOException {
        return Arrays.stream(ask(receiver, "counts").split(" "))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    @Test
    void bindingWithoutPermissionIsNamed() throws Exception {
        try (Fork server = Fork.withFaults(FaultyServer.class, true)) {
            InetSocketAddress address = address(server);
            script(server, "bind", number("EACCES"), 1);
            assertThat(ask(server, "bind")).contains("bind(", "EACCES", "ports below 1024 need a privilege");
            script(server, "bind", number("EPERM"), 1);
            assertThat(ask(server, "bind")).contains("bind(", "EPERM");
            assertThat(ask(server, "bind")).isEqualTo("null");
            try (Peer peer = Peer.connect(address)) {
                echo(peer);
            }
        }
    }

    /** The loop pauses for a second, and continues. */
    @Test
    void aWaitThatFailsIsMadeAgain() throws Exception {
        try (Fork server = Fork.withFaults(FaultyServer.class, true)) {
            InetSocketAddress address = address(server);
            try (Peer before = Peer.connect(address)) {
                echo(before);
                for (String function : List.of("epoll_wait", "epoll_pwait2", "kevent")) { // the poller uses one of them
                    script(server, function, number("EIO"), 1);
                }
                echo(before);
                try (Peer another = Peer.connect(address)) {
                    echo(another);
                }
                echo(before);
            }
        }
    }
}
