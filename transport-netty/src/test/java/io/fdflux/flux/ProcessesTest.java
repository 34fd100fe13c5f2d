package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.ChildProcess;
import io.fdflux.Command;
import io.fdflux.ExitStatus;
import io.fdflux.FdLoops;
import io.fdflux.NoSuchProcessException;
import io.fdflux.ProcessFlux;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Tests {@link ProcessFlux} by real processes, on each poller. Over libkqueue, they are polled. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ProcessesTest {

    private FdLoops loops;

    @BeforeEach
    void openLoops() {
        loops = FdLoops.builder()
                .poller(System.getProperty("fdflux.poller", ""))
                .loops(2)
                .build();
    }

    @AfterEach
    void closeLoops() {
        loops.close();
        await().untilAsserted(() -> assertThat(zombies()).isEmpty());
    }

    /** The children of this process that nobody has reaped. */
    private static List<String> zombies() throws IOException {
        String parent = Long.toString(ProcessHandle.current().pid());
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .map(ProcessesTest::stat)
                    .filter(stat -> stat.matches("\\d+ \\(.*\\) Z " + parent + " .*"))
                    .toList();
        }
    }

    private static String stat(Path process) {
        try {
            return Files.readString(process.resolve("stat")).strip();
        } catch (IOException e) {
            return ""; // no process, or it has ended meanwhile
        }
    }

    private static Mono<String> text(Flux<ByteBuf> buffers) {
        return buffers.map(buffer -> {
                    byte[] bytes = new byte[buffer.readableBytes()];
                    buffer.readBytes(bytes);
                    buffer.release();
                    return bytes;
                })
                .reduce(new byte[0], ProcessesTest::joined)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static Flux<ByteBuf> lines(String... lines) {
        return Flux.fromArray(lines).map(line -> Unpooled.copiedBuffer(line + "\n", StandardCharsets.UTF_8));
    }

    private static Command shell(String script) {
        return Command.of("sh", "-c", script);
    }

    @Test
    void inputGoesThroughAProgram() {
        Mono<String> sorted = ProcessFlux.using(
                        loops,
                        Command.of("sort"),
                        process -> Mono.zip(
                                        text(process.output()),
                                        process.input(lines("c", "a", "b")).thenReturn(true))
                                .map(both -> both.getT1()))
                .single();
        assertThat(sorted.block()).isEqualTo("a\nb\nc\n");
    }

    @Test
    void inputIsASubscriberToo() {
        Mono<String> sorted = ProcessFlux.using(loops, Command.of("sort"), process -> {
                    lines("c", "a", "b").subscribe(process.input());
                    return text(process.output());
                })
                .single();
        assertThat(sorted.block()).isEqualTo("a\nb\nc\n");
        assertThat(ProcessFlux.using(loops, Command.of("sort"), process -> {
                            Flux.<ByteBuf>empty().subscribe(process.input());
                            return text(process.output());
                        })
                        .single()
                        .block())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSourceIsCancelledWhenItsProcessHasGoneOrHasNoInput(boolean pipe) {
        Command command = pipe ? Command.of("true") : Command.of("true").withoutInput();
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        try {
            ProcessFlux.using(loops, command, process -> {
                        Flux.<ByteBuf>never()
                                .doOnCancel(() -> cancelled.complete(true))
                                .subscribe(process.input());
                        return process.exit();
                    })
                    .blockLast();
            assertThat(cancelled.join()).isTrue();
            await().untilAsserted(() -> assertThat(dropped)
                    .singleElement()
                    .asString()
                    .containsAnyOf("EPIPE", "ClosedDescriptorException", "is no pipe"));
        } finally {
            Hooks.resetOnErrorDropped();
        }
    }

    @Test
    void outputOfManyPipesIsWhole() {
        int lines = 100_000;
        assertThat(text(ProcessFlux.output(loops, Command.of("seq", Integer.toString(lines))))
                        .block()
                        .lines())
                .hasSize(lines)
                .endsWith(Integer.toString(lines));
    }

    @Test
    void errorsAreApartOrMerged() {
        Command both = shell("echo out; echo err >&2");
        Mono<List<String>> apart = ProcessFlux.using(
                        loops,
                        both,
                        process -> Mono.zip(text(process.output()), text(process.errors()))
                                .map(texts -> List.of(texts.getT1(), texts.getT2())))
                .single();
        assertThat(apart.block()).containsExactly("out\n", "err\n");
        assertThat(text(ProcessFlux.output(loops, both.mergeErrors())).block()).isEqualTo("out\nerr\n");
        assertThat(text(ProcessFlux.output(loops, both.discardErrors())).block())
                .isEqualTo("out\n");
    }

    @Test
    void environmentAndDirectoryAreThoseOfTheCommand(@TempDir Path folder) throws IOException {
        Command command =
                shell("echo $NAME; pwd -P").environment("NAME", "value").directory(folder);
        assertThat(text(ProcessFlux.output(loops, command)).block()).isEqualTo("value\n" + folder.toRealPath() + "\n");
    }

    @Test
    void statusIsThatOfTheExit() {
        try (ChildProcess process =
                ProcessFlux.start(loops, shell("exit 42").withoutInput()).block()) {
            assertThat(process.exit().block().code()).hasValue(42);
        }
        StepVerifier.create(ProcessFlux.output(loops, shell("kill -9 $$")))
                .verifyErrorMessage("sh ended by signal KILL");
    }

    @Test
    void cancelledOutputKills() {
        Mono<ByteBuf> first = ProcessFlux.output(loops, Command.of("yes")).next();
        first.block().release();
        await().until(() -> runningChildren("yes").isEmpty());
    }

    private static List<ProcessHandle> runningChildren(String word) {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains(word))
                .toList();
    }

    @Test
    void slowSubscriberSlowsTheProcess() {
        // The pipe holds 64 KiB; a process that were not slowed would have written all of it, and exited.
        try (ChildProcess process = ProcessFlux.start(
                        loops, Command.of("head", "-c", "10000000", "/dev/zero").withoutInput())
                .block()) {
            process.output().take(1).doOnNext(ByteBuf::release).blockLast();
            assertThat(process.exit().block().signal()).hasValue("PIPE"); // the cancelled output is closed
        }
    }

    @Test
    void groupIsKilledAsAWhole() {
        Mono<String> grandchild = ProcessFlux.using(
                        loops,
                        shell("sleep 100 & echo $!; wait").ownGroup(),
                        process -> process.output().next().map(buffer -> {
                            String pid = buffer.toString(StandardCharsets.UTF_8).strip();
                            buffer.release();
                            return pid;
                        }))
                .single();
        Path process = Path.of("/proc", grandchild.block());
        await().until(() -> stat(process).isEmpty() || stat(process).contains(" Z ")); // init may not reap it
    }

    @Test
    @DisabledIfSystemProperty(
            named = "fdflux.poller",
            matches = "kqueue",
            disabledReason = "libkqueue has no EVFILT_PROC")
    void exitOfAProcessOfTheJdk() throws IOException {
        Process process = new ProcessBuilder("cat").start();
        StepVerifier.create(ProcessFlux.exit(loops, process.pid()))
                .expectSubscription()
                .then(() -> {
                    try {
                        process.getOutputStream().close();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .assertNext(status -> assertThat(status.isSuccess() || !status.isKnown())
                        .as("the JDK's thread may have reaped it first: %s", status)
                        .isTrue())
                .verifyComplete();
    }

    @Test
    @DisabledIfSystemProperty(
            named = "fdflux.poller",
            matches = "kqueue",
            disabledReason = "libkqueue has no EVFILT_PROC")
    void processThatNeverWasIsAnError() {
        long none = Integer.MAX_VALUE; // above pid_max
        StepVerifier.create(ProcessFlux.exit(loops, none)).verifyError(NoSuchProcessException.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisabledIfSystemProperty(
            named = "fdflux.poller",
            matches = "kqueue",
            disabledReason = "libkqueue has no EVFILT_PROC")
    void aThreadIsNoProcess() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            long thread = threads.mapToLong(
                            task -> Long.parseLong(task.getFileName().toString()))
                    .filter(id -> id != ProcessHandle.current().pid())
                    .findAny()
                    .orElseThrow();
            StepVerifier.create(ProcessFlux.exit(loops, thread)).verifyError(NoSuchProcessException.class);
        }
    }

    @Test
    void missingProgramIsAnError() {
        StepVerifier.create(ProcessFlux.output(loops, Command.of("no-such-program-of-fdflux")))
                .verifyError(NoSuchFileException.class);
    }

    @Test
    void manyProcessesAtOnceTakeNoThreadEach() {
        int count = 50;
        int before = Thread.getAllStackTraces().size();
        List<ChildProcess> processes = Flux.range(0, count)
                .concatMap(
                        i -> ProcessFlux.start(loops, Command.of("sleep", "100").withoutInput()))
                .collectList()
                .block();
        assertThat(Thread.getAllStackTraces().size()).isLessThan(before + count / 2);
        processes.forEach(ChildProcess::close);
        assertThat(Flux.fromIterable(processes)
                        .flatMap(ChildProcess::exit)
                        .map(ExitStatus::signal)
                        .collectList()
                        .block())
                .hasSize(count)
                .allSatisfy(signal -> assertThat(signal).hasValue("KILL"));
    }

    @Test
    void processesAreStartedAndCancelledAtAnyMoment() {
        IntStream.range(0, 100)
                .forEach(i -> ProcessFlux.output(
                                loops, shell("echo a; sleep 100").ownGroup())
                        .doOnNext(ByteBuf::release)
                        .timeout(Duration.ofNanos(i * 100_000L), Flux.empty())
                        .blockLast());
        await().until(() -> runningChildren("sleep 100").isEmpty());
    }
}
