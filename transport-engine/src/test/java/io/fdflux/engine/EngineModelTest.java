package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.fdflux.engine.ModelKernel.Event;
import io.fdflux.engine.ModelKernel.File;
import io.fdflux.engine.ModelKernel.ModelPoller;
import io.fdflux.engine.ModelStream.Reaction;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * Random interleavings of what users, peers and loops do, on two numbers and two loops, against a reference of the
 * three bits. After each step every registration is compared with its reference. Messages name the invariant that
 * is broken.
 */
class EngineModelTest {

    private static final int NUMBERS = 2;
    private static final int LOOPS = 2;

    private enum Op {
        REQUEST,
        CANCEL,
        DATA,
        FIN,
        RESET,
        ITERATE,
        ITERATE_WITH_TASK,
        OPEN,
        CLOSE,
        MOVE,
        REPLACE,
        REACTION,
        WRITE,
        FULL,
        ROOM,
        SHUT_INPUT,
        LATE_EVENT,
        ERROR_EVENT,
        URGENT_EVENT,
        /** In examples alone: a count after it would make an end of it. */
        SPURIOUS_HANGUP
    }

    /** One step; {@code n} is a size, or a choice by its bits. */
    private record Step(Op op, int which, int n) {

        private static final int SHARED = 1;
        private static final int NO_STREAM = 1 << 1;
        private static final int NOT_COUNTABLE = 1 << 2;
        private static final int HANGUP_ALONE = 1 << 3;
        private static final int ENDS_BY_RESET = 1 << 4;
        private static final int WRITES_IN_FLUSH = 1 << 5;
        private static final int NO_SPECULATION = 1 << 6;
        private static final int SECOND_LOOP = 1 << 7;
        private static final int STAGES = 1 << 8;
        private static final int LARGEST = (1 << 9) - 1;

        boolean is(int bit) {
            return (n & bit) != 0;
        }

        int size() {
            return 1 + n % 7;
        }

        Reaction reaction() {
            return Reaction.values()[n % Reaction.values().length];
        }

        File file(boolean stream) {
            return new File(is(SHARED), stream, !is(NOT_COUNTABLE), is(HANGUP_ALONE));
        }

        int lateReadiness(File file, boolean watchPersists) {
            int readiness = n % 4 == 0 ? Readiness.READABLE : n % 4;
            // A hang-up is true, unless nobody can tell: a counted end is never spurious.
            boolean hangup = is(1 << 2) && (file.hasEnded() || watchPersists && !file.countable);
            return readiness & (Readiness.READABLE | Readiness.WRITABLE) | (hangup ? Readiness.HANGUP : 0);
        }

        @Override
        public String toString() {
            return switch (op) {
                case ITERATE, ITERATE_WITH_TASK -> op + " loop " + which;
                case OPEN, REPLACE ->
                    op + " number " + which + (is(SHARED) ? ", shared" : "") + (is(NO_STREAM) ? ", no stream" : "")
                            + (is(NOT_COUNTABLE) ? ", not countable" : "") + (is(HANGUP_ALONE) ? ", hang-up alone" : "")
                            + (is(ENDS_BY_RESET) ? ", ends by reset" : "")
                            + (is(WRITES_IN_FLUSH) ? ", writes in flush" : "") + (is(STAGES) ? ", stages" : "")
                            + (is(NO_SPECULATION) ? ", no speculation" : "") + ", loop " + (is(SECOND_LOOP) ? 1 : 0);
                case REACTION -> op + " number " + which + ": " + reaction();
                case REQUEST, DATA, WRITE, ROOM -> op + " number " + which + ": " + size();
                case LATE_EVENT -> op + " number " + which + ": choice " + n % 8;
                default -> op + " number " + which;
            };
        }
    }

    /** The steps of one run, one per line. */
    private record Steps(List<Step> list) {
        @Override
        public String toString() {
            return list.stream().map(step -> "\n    " + step + ";").collect(Collectors.joining());
        }
    }

    @Provide
    Arbitrary<Steps> steps() {
        Arbitrary<Op> ops = Arbitraries.frequency(
                Tuple.of(6, Op.ITERATE),
                Tuple.of(2, Op.ITERATE_WITH_TASK),
                Tuple.of(5, Op.REQUEST),
                Tuple.of(2, Op.CANCEL),
                Tuple.of(5, Op.DATA),
                Tuple.of(1, Op.FIN),
                Tuple.of(1, Op.RESET),
                Tuple.of(2, Op.OPEN),
                Tuple.of(1, Op.CLOSE),
                Tuple.of(2, Op.MOVE),
                Tuple.of(1, Op.REPLACE),
                Tuple.of(2, Op.REACTION),
                Tuple.of(3, Op.WRITE),
                Tuple.of(1, Op.FULL),
                Tuple.of(2, Op.ROOM),
                Tuple.of(1, Op.SHUT_INPUT),
                Tuple.of(2, Op.LATE_EVENT),
                Tuple.of(1, Op.ERROR_EVENT),
                Tuple.of(1, Op.URGENT_EVENT));
        return Combinators.combine(
                        ops,
                        Arbitraries.integers().between(0, NUMBERS - 1),
                        Arbitraries.integers().between(0, Step.LARGEST))
                .as(Step::new)
                .list()
                .ofMinSize(5)
                .ofMaxSize(120)
                .withSizeDistribution(RandomDistribution.uniform())
                .map(Steps::new);
    }

    @Property(tries = 20_000)
    void whereAWatchPersists(@ForAll("steps") Steps steps) {
        new Run(false).run(steps);
    }

    @Property(tries = 20_000)
    void whereAnEventSpendsItsWatch(@ForAll("steps") Steps steps) {
        new Run(true).run(steps);
    }

    // ---- what it has found

    private static Step step(Op op, int choices) {
        return new Step(op, 0, choices);
    }

    private static Step step(Op op) {
        return step(op, 0);
    }

    /**
     * Lost: the hang-up was not due, because there was demand, and the attempt was not due, because there was none
     * any more.
     */
    @Example
    void aHangupIsNoticedWhoseDemandIsDroppedBeforeItsRead() {
        for (boolean armSpentByEvent : new boolean[] {false, true}) {
            new Run(armSpentByEvent)
                    .run(new Steps(List.of(
                            step(Op.REQUEST),
                            step(Op.ITERATE),
                            step(Op.FIN),
                            step(Op.ITERATE_WITH_TASK),
                            step(Op.CANCEL),
                            step(Op.ITERATE))));
        }
    }

    /** Lost: the byte that came after the count, because the count and a hang-up made an end. */
    @Example
    void aHangupWithoutACountMakesTheCountBeforeItWorthless() {
        new Run(true)
                .run(new Steps(List.of(
                        step(Op.OPEN, Step.HANGUP_ALONE),
                        step(Op.REQUEST),
                        step(Op.ITERATE),
                        step(Op.CANCEL),
                        step(Op.DATA),
                        step(Op.ITERATE),
                        step(Op.DATA),
                        step(Op.FIN),
                        step(Op.ITERATE),
                        step(Op.REQUEST, 1),
                        step(Op.ITERATE))));
    }

    /** The hang-up has spent its watch, and there is no demand that would need another. */
    @Example
    void aSpuriousHangupIsWatchedForAgain() {
        new Run(true)
                .run(new Steps(List.of(
                        step(Op.OPEN, Step.NOT_COUNTABLE),
                        step(Op.REQUEST),
                        step(Op.ITERATE),
                        step(Op.SPURIOUS_HANGUP),
                        step(Op.ITERATE),
                        step(Op.CANCEL),
                        step(Op.ITERATE),
                        step(Op.FIN))));
    }

    /** The watch is to be taken off, but a request comes before that is done. */
    @Example
    void demandThatComesBackKeepsItsWatch() {
        new Run(false)
                .run(new Steps(List.of(
                        step(Op.REQUEST),
                        step(Op.ITERATE),
                        step(Op.CANCEL),
                        step(Op.DATA),
                        step(Op.ITERATE),
                        step(Op.DATA),
                        step(Op.ITERATE),
                        step(Op.REQUEST, 6),
                        step(Op.ITERATE),
                        step(Op.DATA))));
    }

    /** A poll comes although there is more to do; invariant 5. */
    @Example
    void whatIsAttemptedAnywayDoesNotMeetThePoller() {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            steps.add(step(Op.REQUEST, 6));
            steps.add(step(Op.DATA, 6));
        }
        for (int i = 0; i < 4; i++) {
            steps.add(step(Op.ITERATE));
        }
        new Run(false).run(new Steps(steps));
    }

    @Example
    void anErrorWithoutAHangupIsNotified() {
        for (boolean armSpentByEvent : new boolean[] {false, true}) {
            Run run = new Run(armSpentByEvent);
            run.run(new Steps(List.of(step(Op.ERROR_EVENT), step(Op.ITERATE))));
            assertThat(run.streams[0].errors).isEqualTo(1);
        }
    }

    /** One run over a kernel of its own. */
    private static final class Run implements ModelKernel.Observer {

        private static final int AT_REST_AFTER = 100;

        private final List<String> problems = new ArrayList<>();
        private final boolean armSpentByEvent;
        private final ModelKernel kernel;
        private final ModelPoller[] pollers = new ModelPoller[LOOPS];
        private final Engine[] engines = new Engine[LOOPS];
        private final ModelStream[] streams = new ModelStream[NUMBERS];

        Run(boolean armSpentByEvent) {
            this.armSpentByEvent = armSpentByEvent;
            kernel = new ModelKernel(armSpentByEvent, problems);
            kernel.observer(this);
            for (int i = 0; i < LOOPS; i++) {
                pollers[i] = kernel.newPoller();
                engines[i] = new Engine(pollers[i], "loop " + i);
            }
            for (int i = 0; i < NUMBERS; i++) {
                open(i, new Step(Op.OPEN, i, 0));
            }
        }

        void run(Steps steps) {
            int number = 0;
            for (Step step : steps.list) {
                number++;
                perform(step);
                compare();
                failIfAny("after step " + number + ", " + step);
            }
            rest();
            for (ModelStream stream : streams) {
                stream.atRest();
            }
            failIfAny("at rest");
        }

        private void compare() {
            for (int loop = 0; loop < LOOPS; loop++) {
                List<Handle> open = new ArrayList<>();
                for (ModelStream stream : streams) {
                    stream.compare();
                    if (!stream.over && stream.loop == loop) {
                        open.add(stream);
                    }
                }
                List<Handle> registered = engines[loop].handles();
                if (registered.size() != open.size() || !registered.containsAll(open)) {
                    problems.add("(7) loop " + loop + " has " + registered + ", open is " + open);
                }
            }
        }

        private void failIfAny(String when) {
            if (!problems.isEmpty()) {
                fail(when + ": " + String.join("\n", problems));
            }
        }

        private void perform(Step step) {
            ModelStream stream = streams[step.which];
            File file = stream.file;
            switch (step.op) {
                case REQUEST -> stream.request(step.size());
                case CANCEL -> stream.cancel();
                case DATA -> {
                    if (!file.hasEnded()) {
                        kernel.send(file, step.size());
                    }
                }
                case FIN -> kernel.fin(file);
                case RESET -> kernel.reset(file);
                case ITERATE -> iterate(step.which, false);
                case ITERATE_WITH_TASK -> iterate(step.which, true);
                case OPEN -> open(step.which, step);
                case CLOSE -> stream.end();
                case MOVE -> stream.move();
                case REPLACE -> stream.replace(step.file(file.stream)); // what a handle is asked once stays so
                case REACTION -> stream.reaction = step.reaction();
                case WRITE -> stream.writeBytes(step.size());
                case FULL -> file.room = 0;
                case ROOM -> kernel.room(file, step.size());
                case SHUT_INPUT -> stream.shutInput();
                case LATE_EVENT -> late(stream, step.lateReadiness(file, !armSpentByEvent));
                case ERROR_EVENT -> late(stream, Readiness.ERROR);
                case URGENT_EVENT -> late(stream, Readiness.READABLE | Readiness.URGENT);
                case SPURIOUS_HANGUP -> late(stream, Readiness.READABLE | Readiness.HANGUP);
            }
        }

        /** The kernel has fetched an event; whoever has the number by the next poll, it is this registration's. */
        private void late(ModelStream stream, int readiness) {
            if (!stream.over) {
                pollers[stream.loop].fetched(
                        new Event(stream.registration.token(), readiness, ReadinessSink.UNKNOWN, 0));
            }
        }

        private void open(int number, Step step) {
            if (streams[number] != null) {
                streams[number].end();
            }
            File file = step.file(!step.is(Step.NO_STREAM));
            kernel.open(number, file);
            streams[number] = new ModelStream(
                    number,
                    file,
                    step.is(Step.SECOND_LOOP) ? 1 : 0,
                    kernel,
                    engines,
                    pollers,
                    problems,
                    step.is(Step.ENDS_BY_RESET),
                    step.is(Step.WRITES_IN_FLUSH),
                    step.is(Step.STAGES),
                    !step.is(Step.NO_SPECULATION));
        }

        private int iterate(int loop, boolean taskQueued) {
            int[] reads = new int[NUMBERS];
            int[] writes = new int[NUMBERS];
            for (ModelStream stream : streams) {
                boolean here = stream.loop == loop;
                reads[stream.fd] = here && stream.isReadDue() ? stream.readAttempts : -1;
                writes[stream.fd] = here && stream.isWriteDue() ? stream.writeAttempts : -1;
            }
            int[] turns = new int[NUMBERS];
            for (ModelStream stream : streams) {
                turns[stream.fd] = stream.readAttempts;
            }
            int attempts = engines[loop].iterate(new StillLoop(!taskQueued));
            for (ModelStream stream : streams) {
                if (reads[stream.fd] == stream.readAttempts) {
                    problems.add("(2) demand was not tried, " + stream);
                }
                if (stream.readAttempts - turns[stream.fd] > 4) {
                    problems.add("(6) more attempts in an iteration than it has passes over reads, " + stream);
                }
                // A read of the same iteration may have closed it, moved it, or failed.
                if (writes[stream.fd] == stream.writeAttempts && reads[stream.fd] < 0 && !stream.over) {
                    problems.add("pending bytes were not tried, " + stream);
                }
            }
            return attempts;
        }

        /** Iterates until nothing happens any more. */
        private void rest() {
            for (int i = 0; i < AT_REST_AFTER; i++) {
                boolean quiet = true;
                for (int loop = 0; loop < LOOPS; loop++) {
                    long polls = pollers[loop].polls;
                    int attempts = iterate(loop, false);
                    quiet &= pollers[loop].polls > polls && pollers[loop].reported == 0 && attempts == 0;
                }
                compare();
                failIfAny("iteration " + i + " before rest");
                if (quiet) {
                    return;
                }
            }
            problems.add("the loops do not come to rest");
        }

        private ModelStream of(ModelPoller poller, long token) {
            for (ModelStream stream : streams) {
                if (stream != null && stream.isOn(poller, token)) {
                    return stream;
                }
            }
            return null;
        }

        @Override
        public void beforeUpdate(ModelPoller poller, long token, int before, int now) {
            ModelStream stream = of(poller, token);
            if (stream != null) {
                stream.beforeUpdate(before, now);
            }
        }

        @Override
        public void beforePoll(ModelPoller poller, long timeoutNanos) {
            for (ModelStream stream : streams) {
                if (stream.isOn(poller, stream.registration.token())) {
                    stream.beforePoll(timeoutNanos);
                }
            }
        }

        @Override
        public void beforeEvent(ModelPoller poller, Event event) {
            ModelStream stream = of(poller, event.token());
            if (stream != null) {
                stream.beforeEvent(event);
            }
        }
    }
}
