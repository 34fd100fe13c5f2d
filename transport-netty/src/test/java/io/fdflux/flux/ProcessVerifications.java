package io.fdflux.flux;

import io.fdflux.ChildProcess;
import io.fdflux.Command;
import io.fdflux.ExitStatus;
import io.fdflux.ProcessFlux;
import io.fdflux.test.DescriptorScript;
import io.fdflux.test.ScriptedKernel;
import io.netty.buffer.ByteBuf;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.testng.annotations.AfterClass;
import reactor.core.publisher.Flux;

/** The TCK's verifications of {@link ProcessFlux} and {@link ChildProcess}, for {@link ReactiveStreamsTckTest}. */
public final class ProcessVerifications {

    private static final int MOST_ELEMENTS = 1000;

    private ProcessVerifications() {}

    /** A scripted kernel whose program writes so many elements as it is asked to. */
    private static final class Programs {

        final ScriptedKernel kernel = ScriptedKernel.of();
        private final Queue<ChildProcess> started = new ConcurrentLinkedQueue<>();

        /** A program that writes elements, one per read, and exits. */
        Command writing(long elements) {
            String name = "writes" + elements;
            kernel.processes()
                    .program(
                            name,
                            program -> program.output(fd -> elements(fd, elements))
                                    .errors(fd -> elements(fd, elements))
                                    .exits(0));
            return Command.of(name);
        }

        private static void elements(DescriptorScript fd, long elements) {
            for (long i = 0; i < elements; i++) {
                fd.data("x");
            }
            fd.eof();
        }

        ChildProcess start(Command command) {
            ChildProcess process = ProcessFlux.start(kernel.loops(), command).block();
            started.add(process);
            return process;
        }

        static Command missing() {
            return Command.of("none");
        }

        void close() {
            started.forEach(ChildProcess::close);
            kernel.close();
        }
    }

    /** What processes of a scripted kernel deliver, and then completes. */
    public abstract static class OfProcesses<T> extends PublisherVerification<T> {

        final Programs programs = new Programs();
        private final long most;

        protected OfProcesses(long most) {
            super(ReactiveStreamsTckTest.environment());
            this.most = most;
        }

        @Override
        public long maxElementsFromPublisher() {
            return most;
        }

        @AfterClass
        public void close() {
            programs.close();
        }
    }

    private static Publisher<ByteBuf> releasing(Publisher<ByteBuf> buffers) {
        return DescriptorVerifications.consuming(buffers, ByteBuf::release, () -> {});
    }

    /** {@link ProcessFlux#output}. */
    public static class Output extends OfProcesses<ByteBuf> {

        public Output() {
            super(MOST_ELEMENTS);
        }

        @Override
        public Publisher<ByteBuf> createPublisher(long elements) {
            return releasing(ProcessFlux.output(programs.kernel.loops(), programs.writing(elements)));
        }

        @Override
        public Publisher<ByteBuf> createFailedPublisher() {
            return ProcessFlux.output(programs.kernel.loops(), Programs.missing());
        }
    }

    /** {@link ProcessFlux#using}. */
    public static class Using extends OfProcesses<Integer> {

        public Using() {
            super(MOST_ELEMENTS);
        }

        @Override
        public Publisher<Integer> createPublisher(long elements) {
            return ProcessFlux.using(
                    programs.kernel.loops(), programs.writing(0), process -> Flux.range(0, (int) elements));
        }

        @Override
        public Publisher<Integer> createFailedPublisher() {
            return ProcessFlux.using(programs.kernel.loops(), Programs.missing(), process -> Flux.empty());
        }
    }

    /** {@link ProcessFlux#start}: one element. */
    public static class Start extends OfProcesses<ChildProcess> {

        public Start() {
            super(1);
        }

        @Override
        public Publisher<ChildProcess> createPublisher(long elements) {
            return DescriptorVerifications.consuming(
                    ProcessFlux.start(programs.kernel.loops(), programs.writing(0)), ChildProcess::close, () -> {});
        }

        @Override
        public Publisher<ChildProcess> createFailedPublisher() {
            return ProcessFlux.start(programs.kernel.loops(), Programs.missing());
        }
    }

    /** {@link ChildProcess#output}. */
    public static class OutputOfChild extends OfProcesses<ByteBuf> {

        public OutputOfChild() {
            super(MOST_ELEMENTS);
        }

        @Override
        public Publisher<ByteBuf> createPublisher(long elements) {
            return releasing(programs.start(programs.writing(elements)).output());
        }

        @Override
        public Publisher<ByteBuf> createFailedPublisher() {
            return programs.start(programs.writing(0).discardOutput()).output();
        }
    }

    /** {@link ChildProcess#errors}. */
    public static class ErrorsOfChild extends OfProcesses<ByteBuf> {

        public ErrorsOfChild() {
            super(MOST_ELEMENTS);
        }

        @Override
        public Publisher<ByteBuf> createPublisher(long elements) {
            return releasing(programs.start(programs.writing(elements)).errors());
        }

        @Override
        public Publisher<ByteBuf> createFailedPublisher() {
            return programs.start(programs.writing(0).discardErrors()).errors();
        }
    }

    /** {@link ChildProcess#input}: completes without an element. */
    public static class InputOfChild extends OfProcesses<Void> {

        public InputOfChild() {
            super(0);
        }

        @Override
        public Publisher<Void> createPublisher(long elements) {
            return programs.start(programs.writing(0)).input(Flux.empty());
        }

        @Override
        public Publisher<Void> createFailedPublisher() {
            return programs.start(programs.writing(0).withoutInput()).input(Flux.empty());
        }
    }

    /** {@link ChildProcess#exit}: one element. It has no failure. */
    public static class ExitOfChild extends OfProcesses<ExitStatus> {

        public ExitOfChild() {
            super(1);
        }

        @Override
        public Publisher<ExitStatus> createPublisher(long elements) {
            return programs.start(programs.writing(0)).exit();
        }

        @Override
        public Publisher<ExitStatus> createFailedPublisher() {
            return null;
        }
    }

    /** The subscriber of the source of {@link ChildProcess#input}. */
    public static class SourceOfInput extends SubscriberBlackboxVerification<ByteBuf> {

        final Programs programs = new Programs();

        public SourceOfInput() {
            super(ReactiveStreamsTckTest.environment());
        }

        @Override
        public Subscriber<ByteBuf> createSubscriber() {
            CompletableFuture<Subscriber<? super ByteBuf>> writer = new CompletableFuture<>();
            programs.start(programs.writing(0))
                    .input((Publisher<ByteBuf>) subscriber -> writer.complete(subscriber))
                    .onErrorComplete()
                    .subscribe();
            @SuppressWarnings("unchecked")
            Subscriber<ByteBuf> subscriber = (Subscriber<ByteBuf>) writer.join();
            return subscriber;
        }

        @Override
        public ByteBuf createElement(int element) {
            return Streams.buffer(Integer.toString(element));
        }

        @AfterClass
        public void close() {
            programs.close();
        }
    }

    /** {@link ChildProcess#input()}. */
    public static class InputAsSubscriber extends SourceOfInput {

        @Override
        public Subscriber<ByteBuf> createSubscriber() {
            return programs.start(programs.writing(0)).input();
        }
    }
}
