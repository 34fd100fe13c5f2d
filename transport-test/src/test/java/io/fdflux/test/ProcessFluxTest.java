package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.ChildProcess;
import io.fdflux.Command;
import io.fdflux.ExitStatus;
import io.fdflux.NoSuchProcessException;
import io.fdflux.ProcessFailedException;
import io.fdflux.ProcessFlux;
import io.fdflux.posix.Errno;
import io.fdflux.posix.PosixException;
import io.fdflux.spi.SourceKind;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Tests {@link ProcessFlux} over the processes of a scripted kernel of both styles. */
@ExtendWith(BuffersReleased.class)
@Timeout(30)
class ProcessFluxTest {

    private static final Command WORK = Command.of("work", "hard");

    private ScriptedKernel kernel;
    private ScriptedProcesses processes;

    private void open(Style style) {
        kernel = ScriptedKernel.of(style);
        processes = kernel.processes();
    }

    @AfterEach
    void closeKernel() {
        if (kernel != null) {
            kernel.close();
        }
    }

    private ChildProcess started() {
        return ProcessFlux.start(kernel.loops(), WORK).block();
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    // ---- several subscribers of an exit

    @ParameterizedTest
    @EnumSource
    @DisplayName("invariant 21: a subscriber of the exit that throws keeps it from nobody else")
    void throwingSubscriberOfTheExitIsAlone(Style style) {
        open(style);
        processes.program("work", program -> {});
        ChildProcess process = started();
        AtomicReference<Throwable> error = new AtomicReference<>();
        process.exit().subscribe(new CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(ExitStatus status) {
                throw new AssertionError("mine");
            }

            @Override
            public void onError(Throwable cause) {
                error.set(cause);
            }

            @Override
            public void onComplete() {
                error.set(new IllegalStateException("completed"));
            }
        });
        StepVerifier.create(process.exit())
                .then(() -> processes.exit(process.pid(), 3))
                .assertNext(status -> assertThat(status.code()).hasValue(3))
                .verifyComplete();
        kernel.settle();
        assertThat(error.get()).hasMessageContaining("threw in onNext").hasRootCauseMessage("mine");
    }

    // ---- the exit of other processes

    @ParameterizedTest
    @EnumSource
    void exitOfAForeignProcessIsReportedWithoutItsStatus(Style style) {
        open(style);
        long pid = processes.foreign();
        StepVerifier.create(ProcessFlux.exit(kernel.loops(), pid))
                .expectSubscription()
                .then(kernel::settle)
                .then(() -> processes.exit(pid, 3))
                .assertNext(status -> {
                    assertThat(status.isKnown()).isFalse();
                    assertThat(status.isSuccess()).isFalse();
                    assertThat(status).hasToString("ended");
                })
                .verifyComplete();
        kernel.settle();
        assertThat(kernel.sources()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void processThatIsGoneIsAnErrorOfItsOwn(Style style) {
        open(style);
        long pid = processes.foreign();
        processes.exit(pid, 0);
        StepVerifier.create(ProcessFlux.exit(kernel.loops(), pid))
                .expectErrorSatisfies(cause -> {
                    assertThat(cause)
                            .isInstanceOf(NoSuchProcessException.class)
                            .hasMessage("exit(process " + pid
                                    + ") failed, ESRCH 3 (it has ended before, or never ran): No such process");
                    assertThat(((NoSuchProcessException) cause).pid()).isEqualTo(pid);
                })
                .verify();
        kernel.settle();
        assertThat(kernel.sources()).isZero();
    }

    @Test
    void pollerWithoutProcessesRefuses() {
        open(Style.WATCH_PERSISTS);
        kernel.withhold(SourceKind.PROCESS);
        StepVerifier.create(ProcessFlux.exit(kernel.loops(), processes.foreign()))
                .verifyError(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ProcessFlux.exit(kernel.loops(), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void cancellationEndsTheWatch(Style style) {
        open(style);
        StepVerifier.create(ProcessFlux.exit(kernel.loops(), processes.foreign()))
                .expectSubscription()
                .thenCancel()
                .verify();
        kernel.settle();
        assertThat(kernel.sources()).isZero();
    }

    // ---- a started process

    @ParameterizedTest
    @EnumSource
    void outputInputErrorsAndExitOfAStartedProcess(Style style) {
        open(style);
        processes.program(
                "work",
                program -> program.output(fd -> fd.data("out").eof())
                        .errors(fd -> fd.data("err").eof()));
        ChildProcess process = started();
        StepVerifier.create(process.output().map(FdFluxReadTest::text))
                .expectNext("out")
                .verifyComplete();
        StepVerifier.create(process.errors().map(FdFluxReadTest::text))
                .expectNext("err")
                .verifyComplete();
        StepVerifier.create(process.input(Flux.just(buffer("a"), buffer("b")))).verifyComplete();
        assertThat(kernel.written(processes.input(process.pid()))).isEqualTo("ab");
        StepVerifier.create(process.exit())
                .expectSubscription()
                .then(() -> processes.exit(process.pid(), 3))
                .assertNext(status -> {
                    assertThat(status.code()).hasValue(3);
                    assertThat(status.signal()).isEmpty();
                    assertThat(status).hasToString("exited with 3");
                })
                .verifyComplete();
        processes.assertNoZombies();
        assertThat(process.exit().map(ExitStatus::isSuccess).block()).isFalse();
        assertThat(processes.input(process.pid()).isOpen()).isFalse();
        assertThat(processes.output(process.pid()).isOpen()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("no zombie: a process that nobody asks for is reaped")
    void processIsReapedWithoutSubscriber(Style style) {
        open(style);
        processes.program("work", program -> {});
        ChildProcess process = started();
        kernel.settle();
        processes.exit(process.pid(), 0);
        kernel.settle();
        processes.assertNoZombies();
        assertThat(kernel.sources()).isZero();
        process.close();
    }

    @ParameterizedTest
    @EnumSource
    void processThatExitsAtOnceIsReaped(Style style) {
        open(style);
        processes.program("work", program -> program.exits(0));
        try (ChildProcess process = started()) {
            assertThat(process.exit().map(ExitStatus::isSuccess).block()).isTrue();
            processes.assertNoZombies();
        }
    }

    @ParameterizedTest
    @EnumSource
    void signalsReachARunningProcessOnly(Style style) throws Exception {
        open(style);
        processes.program("work", program -> program.ignores("HUP"));
        ChildProcess process = started();
        assertThat(process.signal("HUP")).isTrue();
        assertThat(process.signal("SIGTERM")).isTrue();
        ExitStatus status = process.exit().block();
        assertThat(status.signal()).hasValue("TERM");
        assertThat(status.code()).isEmpty();
        assertThat(status.hasDumpedCore()).isFalse();
        assertThat(status).hasToString("ended by signal TERM");
        assertThat(process.signal("TERM")).isFalse();
        process.kill();
        assertThat(processes.signals(process.pid())).containsExactly("HUP", "TERM");
        assertThatThrownBy(() -> process.signal("NONE")).isInstanceOf(IllegalArgumentException.class);
        process.close();
    }

    @ParameterizedTest
    @EnumSource
    void ownGroupIsSignalledAsAWhole(Style style) {
        open(style);
        processes.program("work", program -> {});
        ChildProcess process =
                ProcessFlux.start(kernel.loops(), WORK.ownGroup()).block();
        kernel.settle();
        kernel.clearTrace();
        process.kill();
        assertThat(kernel.trace()).startsWith("kill -" + process.pid() + " KILL");
        assertThat(process.exit().block().signal()).hasValue("KILL");
        process.close();
    }

    @Test
    @DisplayName("kernels that cannot watch processes: a started one is polled")
    void startedProcessIsPolledWhereThePollerCannotWatchIt() {
        open(Style.WATCH_PERSISTS);
        kernel.withhold(SourceKind.PROCESS);
        processes.program("work", program -> {});
        ChildProcess process = started();
        kernel.settle();
        kernel.time().advance(Duration.ofMillis(100));
        processes.exit(process.pid(), 7);
        kernel.time().advance(Duration.ofMillis(100));
        assertThat(process.exit().block().code()).hasValue(7);
        processes.assertNoZombies();
        kernel.clearTrace();
        kernel.time().advance(Duration.ofHours(1));
        assertThat(kernel.trace()).isEmpty(); // it is not polled any more
        process.close();
    }

    @ParameterizedTest
    @EnumSource
    void pipesThatTheCommandDoesNotHaveAreErrors(Style style) {
        open(style);
        processes.program("work", program -> program.exits(0));
        try (ChildProcess process = ProcessFlux.start(
                        kernel.loops(), WORK.withoutInput().inheritOutput().mergeErrors())
                .block()) {
            StepVerifier.create(process.output())
                    .verifyErrorMessage(
                            "the output of work (" + process.pid() + ") is no pipe: its Command says otherwise");
            StepVerifier.create(process.errors()).verifyError(IllegalStateException.class);
            StepVerifier.create(process.input(Mono.empty())).verifyError(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void commandThatCannotBeStartedIsAnError(Style style) {
        open(style);
        processes.program("work", program -> program.cannotBeStarted(Errno.EMFILE));
        StepVerifier.create(ProcessFlux.start(kernel.loops(), WORK))
                .expectErrorSatisfies(
                        cause -> assertThat(((PosixException) cause).errno()).isEqualTo(Errno.EMFILE))
                .verify();
        StepVerifier.create(ProcessFlux.start(kernel.loops(), Command.of("nothing")))
                .verifyErrorMatches(cause -> cause.getMessage().contains("ENOENT"));
    }

    // ---- killed on cancel

    @ParameterizedTest
    @EnumSource
    void cancelledOutputKillsAndReaps(Style style) {
        open(style);
        processes.program("work", program -> program.output(fd -> fd.data("a").pause()));
        AtomicReference<Long> pid = new AtomicReference<>();
        StepVerifier.create(ProcessFlux.output(kernel.loops(), WORK).map(FdFluxReadTest::text), 1)
                .expectNext("a")
                .then(() -> pid.set(processes.running().getFirst()))
                .thenCancel()
                .verify();
        awaitEnd(pid.get());
        assertThat(processes.signals(pid.get())).containsExactly("KILL");
        processes.assertNoZombies();
        assertThat(processes.output(pid.get()).isOpen()).isFalse();
    }

    /** A cancellation returns before the loop has done its part. */
    private void awaitEnd(long pid) {
        kernel.settle();
        assertThat(processes.running()).doesNotContain(pid);
    }

    @ParameterizedTest
    @EnumSource
    void outputCompletesWithASuccessfulExit(Style style) {
        open(style);
        processes.program(
                "work",
                program -> program.output(fd -> fd.data("a").data("b").eof()).exits(0));
        StepVerifier.create(ProcessFlux.output(kernel.loops(), WORK).map(FdFluxReadTest::text))
                .expectNext("a", "b")
                .verifyComplete();
        processes.assertNoZombies();
    }

    @ParameterizedTest
    @EnumSource
    void outputFailsWithAnotherExit(Style style) {
        open(style);
        processes.program(
                "work", program -> program.output(fd -> fd.data("a").eof()).exits(2));
        StepVerifier.create(ProcessFlux.output(kernel.loops(), WORK).map(FdFluxReadTest::text))
                .expectNext("a")
                .expectErrorSatisfies(cause -> {
                    assertThat(cause).isInstanceOf(ProcessFailedException.class).hasMessage("work exited with 2");
                    assertThat(((ProcessFailedException) cause).status().code()).hasValue(2);
                })
                .verify();
    }

    @ParameterizedTest
    @EnumSource
    void userThatEndsFirstKillsTheProcess(Style style) {
        open(style);
        processes.program("work", program -> {});
        StepVerifier.create(ProcessFlux.using(kernel.loops(), WORK, process -> Mono.just(process.pid())))
                .assertNext(pid -> assertThat(processes.running()).contains(pid))
                .verifyComplete();
        assertThat(processes.running()).isEmpty();
        processes.assertNoZombies();
    }

    @ParameterizedTest
    @EnumSource
    void closedLoopsKillAndReap(Style style) {
        open(style);
        processes.program("work", program -> {});
        ChildProcess process = started();
        kernel.settle();
        kernel.loops().close();
        assertThat(process.exit().block(Duration.ofSeconds(20)).signal()).hasValue("KILL");
        processes.assertNoZombies();
        StepVerifier.create(ProcessFlux.start(kernel.loops(), WORK))
                .verifyErrorMessage("the loops have been closed; work cannot be started");
        processes.assertNoZombies();
    }

    // ---- commands

    @Test
    void commandsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> Command.of("")).hasMessageContaining("needs a program");
        assertThatThrownBy(() -> Command.of("a", "b\0c")).hasMessageContaining("NUL");
        assertThatThrownBy(() -> WORK.environment("A=B", "c")).hasMessageContaining("'A=B'");
        assertThatThrownBy(() -> WORK.environment("A", "\0")).hasMessageContaining("NUL");
    }

    @Test
    void commandsAreValues() {
        assertThat(WORK).hasToString("work hard").isEqualTo(Command.of("work", "hard"));
        assertThat(WORK.hashCode()).isEqualTo(Command.of("work", "hard").hashCode());
        assertThat(WORK.mergeErrors()).isNotEqualTo(WORK);
        assertThat(WORK.environment("A", "b")).isNotEqualTo(WORK);
    }
}
