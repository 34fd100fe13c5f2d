package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.TestFiles;
import io.fdflux.posix.poll.Epoll;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Invariant 19: shared open files keep their flags, and no loop blocks in a call. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class SharedOpenFilesTest {

    @RegisterExtension
    final Streams streams = new Streams();

    /** Two ends, each a blocking open file. */
    enum Blocking {
        SOCKET {
            @Override
            Pipes.Pair open() throws Exception {
                Pipes.Pair pair = Pipes.socketPair();
                pair.first().nonBlocking(false);
                pair.second().nonBlocking(false);
                return pair;
            }
        },
        MESSAGES {
            @Override
            Pipes.Pair open() {
                return TestFiles.messageSockets("SOCK_SEQPACKET");
            }
        },
        PIPE {
            @Override
            Pipes.Pair open() {
                return TestFiles.pipe();
            }
        },
        TERMINAL {
            @Override
            Pipes.Pair open() {
                Pipes.Pair pty = TestFiles.pty();
                return new Pipes.Pair(pty.second(), pty.first());
            }
        };

        abstract Pipes.Pair open() throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void readingLeavesTheFlagAndNeverWaits(Blocking kind) throws Exception {
        Pipes.Pair pair = streams.pair(kind.open());
        List<String> read = new CopyOnWriteArrayList<>();
        Disposable reading = streams.texts(pair.first()).subscribe(read::add);
        streams.settle();
        assertThat(TestFiles.isNonBlocking(pair.first())).isFalse();
        Streams.write(pair.second(), "one\n");
        await().until(() -> read.equals(List.of("one\n")));
        streams.settle();
        Streams.write(pair.second(), "two\n");
        await().until(() -> read.equals(List.of("one\n", "two\n")));
        streams.settle();
        reading.dispose();
        streams.settle();
        assertThat(TestFiles.isNonBlocking(pair.first())).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"SOCKET", "MESSAGES", "PIPE", "TERMINAL"})
    void writingLeavesTheFlagAndNeverWaits(Blocking kind) throws Exception {
        Pipes.Pair pair = streams.pair(kind.open());
        Descriptor to = kind == Blocking.PIPE ? pair.second() : pair.first();
        Descriptor from = kind == Blocking.PIPE ? pair.first() : pair.second();
        int count = 300;
        String line = "x".repeat(1999) + "\n";
        CompletableFuture<Void> written = FdFlux.write(
                        streams.loops, to, Flux.range(0, count).map(i -> Streams.buffer(line)))
                .toFuture();
        streams.settle();
        assertThat(written).as("it does not fit").isNotDone();
        assertThat(TestFiles.isNonBlocking(to)).isFalse();
        int least = count * line.length();
        for (int got = 0; got < least; ) {
            got += Streams.read(from).replace("\r", "").length();
        }
        written.get(20, TimeUnit.SECONDS);
        assertThat(TestFiles.isNonBlocking(to)).isFalse();
    }

    @Test
    @DisplayName("a prompt is written while the answer is read from the same open file, which one of the two outlives")
    void bothDirectionsOfOneTerminal() throws Exception {
        Pipes.Pair pty = streams.pair(TestFiles.pty());
        Descriptor stdin = pty.second();
        Descriptor stdout = streams.open(TestFiles.dup(stdin));
        List<String> read = new CopyOnWriteArrayList<>();
        streams.writing(stdout, "name? ").block();
        Disposable reading = streams.texts(stdin).subscribe(read::add);
        streams.writing(stdout, "please? ").block();
        assertThat(Streams.read(pty.first())).startsWith("name? ");
        streams.settle();
        Streams.write(pty.first(), "fd\n");
        await().until(() -> read.equals(List.of("fd\n")));
        reading.dispose();
        streams.settle();
        assertThat(TestFiles.isNonBlocking(stdin)).isFalse();
    }

    @Test
    @DisplayName("the master of a pseudo-terminal is not opened again, because that creates another one")
    void masterIsTheSameMaster() throws Exception {
        Pipes.Pair pty = streams.pair(TestFiles.pty());
        Descriptor master = pty.first();
        List<String> read = new CopyOnWriteArrayList<>();
        Disposable reading = streams.texts(master).subscribe(read::add);
        streams.settle();
        assertThat(TestFiles.isNonBlocking(master)).as("there is no other way").isTrue();
        Streams.write(pty.second(), "from the program");
        await().until(() -> String.join("", read).equals("from the program"));
        streams.writing(master, "typed\n").block();
        assertThat(Streams.read(pty.second())).isEqualTo("typed\n");
        reading.dispose();
        await().until(() -> !TestFiles.isNonBlocking(master));
    }

    @DisabledIfSystemProperty(
            named = "fdflux.poller",
            matches = "kqueue",
            disabledReason = "libkqueue refuses eventfd and inotify")
    @Test
    @DisplayName(
            "where only the flag is left, the last stream over the open file sets it back, on whichever descriptor")
    void flagIsSetBackAfterTheLastStream() throws Exception {
        Descriptor made = streams.open(Epoll.eventfd());
        made.nonBlocking(false);
        Descriptor first = streams.open(TestFiles.dup(made));
        Descriptor second = streams.open(TestFiles.dup(made));
        assertThat(TestFiles.isNonBlocking(made)).isFalse();
        Disposable one = streams.texts(first).subscribe();
        streams.settle();
        assertThat(TestFiles.isNonBlocking(made)).isTrue();
        FdLoops others = streams.open(FdLoops.builder().loops(1).build());
        Disposable two = FdFlux.read(others, second).subscribe(ByteBuf::release);
        others.group().submit(() -> {}).sync();
        one.dispose();
        streams.settle();
        first.close();
        assertThat(TestFiles.isNonBlocking(made))
                .as("the other stream needs it")
                .isTrue();
        two.dispose();
        others.group().submit(() -> {}).sync();
        assertThat(TestFiles.isNonBlocking(made)).isFalse();
    }

    /** Reads in a JVM of its own, whose standard input the shell shares. */
    static final class Reads {
        private Reads() {}

        public static void main(String[] how) throws Exception {
            FdLoops loops = FdLoops.builder().loops(1).build();
            FdFlux.read(loops, Descriptor.stdin()).subscribe(new NoDemand());
            loops.group().submit(() -> {}).sync();
            System.out.println("O_NONBLOCK meanwhile: " + TestFiles.isNonBlocking(Descriptor.stdin()));
            if (how[0].equals("exit")) {
                System.exit(0);
            }
            new ProcessBuilder(
                            "kill", "-" + how[0], "" + ProcessHandle.current().pid())
                    .inheritIO()
                    .start();
            Thread.currentThread().join();
        }
    }

    private static final class NoDemand extends reactor.core.publisher.BaseSubscriber<ByteBuf> {
        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {}
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit", "INT", "TERM"})
    @DisplayName("the flag of a device is restored when the JVM exits")
    void flagIsSetBackAtExit(String how) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$0\" \"$@\"; cat /proc/self/fdinfo/0"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp"));
        command.addAll(List.of(System.getProperty("java.class.path"), Reads.class.getName(), how));
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/zero"))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(output).contains("O_NONBLOCK meanwhile: true");
        String flags =
                output.substring(output.indexOf("flags:")).lines().findFirst().orElseThrow();
        int value = Integer.parseInt(flags.substring("flags:".length()).trim(), 8);
        assertThat(value & 04000).as(output).isZero();
    }

    @Test
    @DisplayName("descriptors of the library are used as they are")
    void ownPipesKeepTheirFlag() throws Exception {
        Pipes.Pair pipe = streams.pair(Pipes.pipe());
        Disposable reading = streams.texts(pipe.first()).subscribe();
        streams.settle();
        reading.dispose();
        streams.settle();
        assertThat(TestFiles.isNonBlocking(pipe.first())).isTrue();
    }
}
