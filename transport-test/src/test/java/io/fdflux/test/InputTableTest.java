package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Input;
import io.fdflux.engine.stream.InputOwner;
import io.fdflux.posix.Errno;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The table at the head of {@link Input}, over every combination of state, event, answers of the owner and reports of
 * the poller. Each combination belongs to exactly one row, and each row has one.
 */
class InputTableTest {

    private enum State {
        OPEN,
        ENDED
    }

    /** What the last call of a turn finds, or keeps the turn from making it. */
    private enum Found {
        DATA,
        EMPTY_MESSAGE,
        WOULD_BLOCK,
        END,
        EPIPE,
        ECONNRESET,
        /** The poller has counted the bytes of a hang-up, and they have been read. */
        COUNTED_OUT,
        NO_BUFFER,
        NO_MEMORY;

        boolean delivers() {
            return this == DATA || this == EMPTY_MESSAGE;
        }

        boolean isEnd() {
            return this == END || this == EPIPE || this == COUNTED_OUT;
        }

        boolean makesCall() {
            return this != COUNTED_OUT && this != NO_BUFFER && this != NO_MEMORY;
        }

        void script(DescriptorScript fd) {
            switch (this) {
                case DATA -> fd.data("ab").pause();
                case EMPTY_MESSAGE -> fd.emptyMessage().pause();
                case WOULD_BLOCK -> fd.wouldBlock();
                case END, COUNTED_OUT -> fd.eof();
                case EPIPE -> fd.error(Errno.EPIPE);
                case ECONNRESET -> fd.error(Errno.ECONNRESET);
                case NO_BUFFER, NO_MEMORY -> fd.pause();
            }
        }
    }

    /** What an event leads to. */
    private enum Outcome {
        NOTHING,
        ON_END,
        ON_RESET,
        ON_READ_ERROR,
        ON_BUFFER_FAILURE,
        ON_READ_AFTER_END
    }

    private enum Demand {
        STAYS,
        OWNERS,
        DROPPED
    }

    /** One row of the table. */
    private record Row<C>(String name, Predicate<C> of, Outcome outcome, Demand demand, State next) {}

    /** What came of an event. */
    private record Result(List<String> calls, boolean wanted, State next) {}

    /** The owner, and the handle, of one input. */
    private static final class Owner extends ScriptedEngine.Probe implements InputOwner {

        final Input input = new Input(this);
        final List<String> calls = new ArrayList<>();
        final ScriptedEngine kernel;
        final boolean endsByReset;
        Registration registration;
        Consumer<Owner> attempt;
        Consumer<Owner> hangup;
        Runnable turnEnd = () -> {};
        RuntimeException noBuffer;
        Error noMemory;
        int readsAllowed = 1;
        int demand;
        int available;
        int socketError;
        Result result;

        Owner(ScriptedEngine kernel, State state, boolean endsByReset) {
            this.kernel = kernel;
            this.endsByReset = endsByReset;
            this.registration = kernel.register(this);
            if (state == State.ENDED) {
                input.end();
            }
        }

        /** Takes the result, and the descriptor off the loop: what follows is no matter of this event. */
        void done() {
            result = new Result(
                    List.copyOf(calls), registration.isReadWanted(), input.hasEnded() ? State.ENDED : State.OPEN);
            kernel.closeDescriptor(registration);
        }

        private void outcome(String call, Outcome outcome) {
            calls.add(call);
            if (outcome == Outcome.ON_END) {
                assertThat(input.hasEnded()).as("ended before onEnd()").isTrue();
            }
            if (outcome == Outcome.ON_END || outcome == Outcome.ON_READ_AFTER_END) {
                assertThat(registration.isReadWanted())
                        .as("demand is dropped before %s", outcome)
                        .isFalse();
            }
        }

        @Override
        public void attemptRead() {
            attempt.accept(this);
        }

        @Override
        public void onHangup() {
            hangup.accept(this);
        }

        @Override
        public int read(Registration on) {
            assertThat(on).isSameAs(registration);
            boolean last = readsAllowed == 1;
            if (last && noBuffer != null) {
                throw noBuffer;
            }
            if (last && noMemory != null) {
                throw noMemory;
            }
            calls.add("read");
            ByteBuf buffer = Unpooled.buffer(16);
            int n = kernel.descriptor.read(buffer);
            if (n >= 0) {
                on.onRead(16, n);
                demand--;
                if (demand == 0) {
                    on.dropRead();
                }
            }
            return n;
        }

        @Override
        public boolean mayReadAgain(Registration on, int reads, long bytes) {
            assertThat(on).isSameAs(registration);
            readsAllowed--;
            return readsAllowed > 0;
        }

        @Override
        public void onTurnEnd() {
            calls.add(registration.isReadReady() ? "onTurnEnd" : "onTurnEnd, would block");
            turnEnd.run();
        }

        @Override
        public void onEnd() {
            outcome("ON_END", Outcome.ON_END);
        }

        @Override
        public void onReset() {
            outcome("ON_RESET", Outcome.ON_RESET);
        }

        @Override
        public void onReadError(int errno) {
            assertThat(errno).isEqualTo(Errno.ECONNRESET);
            outcome("ON_READ_ERROR", Outcome.ON_READ_ERROR);
        }

        @Override
        public void onBufferFailure(Registration on, Throwable cause) {
            assertThat(on).isSameAs(registration);
            assertThat(cause).isSameAs(noBuffer != null ? noBuffer : noMemory);
            outcome("ON_BUFFER_FAILURE", Outcome.ON_BUFFER_FAILURE);
        }

        @Override
        public void onReadAfterEnd() {
            outcome("ON_READ_AFTER_END", Outcome.ON_READ_AFTER_END);
        }

        @Override
        public int available() {
            return available;
        }

        @Override
        public int takeError() {
            int error = socketError;
            socketError = 0;
            return error;
        }

        @Override
        public boolean endsByReset() {
            return endsByReset;
        }
    }

    private static final List<Boolean> BOTH = List.of(false, true);

    // ---- attempts

    /**
     * An attempt.
     *
     * @param delivered   whether a call before the last one has found data
     * @param demandLeft  whether the owner has demand left after all data
     * @param reset       whether the poller has reported that the descriptor failed
     * @param endsInput   whether onTurnEnd() ends the input
     */
    private record Attempt(
            State state,
            Found found,
            boolean delivered,
            boolean demandLeft,
            boolean reset,
            boolean endsByReset,
            boolean endsInput) {

        boolean open() {
            return state == State.OPEN;
        }

        /** Whether the outcome of the turn meets an input that user code has ended. */
        boolean endedInTurn() {
            return open() && endsInput && turnDelivers();
        }

        boolean turnDelivers() {
            return delivered || found.delivers();
        }

        boolean isReset() {
            return reset && endsByReset;
        }
    }

    private static final List<Row<Attempt>> ATTEMPTS = List.of(
            new Row<>(
                    "OPEN: data",
                    c -> c.open() && c.found.delivers() && !c.endedInTurn(),
                    Outcome.NOTHING,
                    Demand.OWNERS,
                    State.OPEN),
            new Row<>(
                    "OPEN: data, end() in onTurnEnd()",
                    c -> c.found.delivers() && c.endedInTurn(),
                    Outcome.NOTHING,
                    Demand.OWNERS,
                    State.ENDED),
            new Row<>(
                    "OPEN: would block",
                    c -> c.open() && c.found == Found.WOULD_BLOCK && !c.endedInTurn(),
                    Outcome.NOTHING,
                    Demand.STAYS,
                    State.OPEN),
            new Row<>(
                    "OPEN: would block, end() in onTurnEnd()",
                    c -> c.found == Found.WOULD_BLOCK && c.endedInTurn(),
                    Outcome.NOTHING,
                    Demand.STAYS,
                    State.ENDED),
            new Row<>(
                    "OPEN: the end",
                    c -> c.open() && c.found.isEnd() && !c.isReset() && !c.endedInTurn(),
                    Outcome.ON_END,
                    Demand.DROPPED,
                    State.ENDED),
            new Row<>(
                    "OPEN: the end, a reset, endsByReset()",
                    c -> c.open() && c.found.isEnd() && c.isReset() && !c.endedInTurn(),
                    Outcome.ON_RESET,
                    Demand.DROPPED,
                    State.OPEN),
            new Row<>(
                    "OPEN: the end, end() in onTurnEnd()",
                    c -> c.found.isEnd() && c.endedInTurn(),
                    Outcome.NOTHING,
                    Demand.STAYS,
                    State.ENDED),
            new Row<>(
                    "OPEN: another errno",
                    c -> c.open() && c.found == Found.ECONNRESET && !c.endedInTurn(),
                    Outcome.ON_READ_ERROR,
                    Demand.STAYS,
                    State.OPEN),
            new Row<>(
                    "OPEN: another errno, end() in onTurnEnd()",
                    c -> c.found == Found.ECONNRESET && c.endedInTurn(),
                    Outcome.ON_READ_ERROR,
                    Demand.STAYS,
                    State.ENDED),
            new Row<>(
                    "OPEN: no buffer",
                    c -> c.open() && c.found.ordinal() >= Found.NO_BUFFER.ordinal() && !c.endedInTurn(),
                    Outcome.ON_BUFFER_FAILURE,
                    Demand.STAYS,
                    State.OPEN),
            new Row<>(
                    "OPEN: no buffer, end() in onTurnEnd()",
                    c -> c.found.ordinal() >= Found.NO_BUFFER.ordinal() && c.endedInTurn(),
                    Outcome.ON_BUFFER_FAILURE,
                    Demand.STAYS,
                    State.ENDED),
            new Row<>("ENDED", c -> !c.open(), Outcome.ON_READ_AFTER_END, Demand.DROPPED, State.ENDED));

    private static List<Attempt> attempts() {
        List<Attempt> all = new ArrayList<>();
        for (State state : State.values()) {
            for (Found found : Found.values()) {
                for (boolean delivered : BOTH) {
                    for (boolean demandLeft : BOTH) {
                        for (boolean reset : BOTH) {
                            for (boolean endsByReset : BOTH) {
                                for (boolean endsInput : BOTH) {
                                    all.add(new Attempt(
                                            state, found, delivered, demandLeft, reset, endsByReset, endsInput));
                                }
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void attempts(Style style) {
        Set<Row<Attempt>> unused = new LinkedHashSet<>(ATTEMPTS);
        for (Attempt cell : attempts()) {
            Row<Attempt> row = only(ATTEMPTS, cell);
            unused.remove(row);
            assertThat(run(style, cell)).as("%s: %s", row.name, cell).isEqualTo(expected(cell, row));
        }
        assertThat(unused).as("rows that nothing leads to").isEmpty();
    }

    private static <C> Row<C> only(List<Row<C>> table, C cell) {
        List<Row<C>> rows = table.stream().filter(row -> row.of.test(cell)).toList();
        assertThat(rows).as("rows of %s", cell).hasSize(1);
        return rows.getFirst();
    }

    private static Result expected(Attempt cell, Row<Attempt> row) {
        List<String> calls = new ArrayList<>();
        if (cell.open()) {
            int reads = (cell.delivered ? 1 : 0) + (cell.found.makesCall() ? 1 : 0);
            calls.addAll(Collections.nCopies(reads, "read"));
            if (cell.turnDelivers()) {
                calls.add(cell.found == Found.WOULD_BLOCK ? "onTurnEnd, would block" : "onTurnEnd");
            }
        }
        if (row.outcome != Outcome.NOTHING) {
            calls.add(row.outcome.name());
        }
        boolean wanted = row.demand == Demand.STAYS || row.demand == Demand.OWNERS && cell.demandLeft;
        return new Result(calls, wanted, row.next);
    }

    private static Result run(Style style, Attempt cell) {
        try (ScriptedEngine kernel = new ScriptedEngine(style, fd -> {
            fd.pause();
            if (cell.delivered) {
                fd.data("ab");
            }
            cell.found.script(fd);
        })) {
            Owner owner = new Owner(kernel, cell.state, cell.endsByReset);
            owner.readsAllowed = cell.delivered ? 2 : 1;
            // Demand that outlives the data where something else is found behind that: otherwise nothing would look.
            int answered = (cell.delivered ? 1 : 0) + (cell.found.delivers() ? 1 : 0);
            owner.demand = answered + (cell.demandLeft || !cell.found.delivers() ? 1 : 0);
            if (cell.found == Found.NO_BUFFER) {
                owner.noBuffer = new IllegalStateException("no buffer");
            } else if (cell.found == Found.NO_MEMORY) {
                owner.noMemory = new OutOfMemoryError("no buffer");
            }
            if (cell.endsInput) {
                owner.turnEnd = owner.input::end;
            }
            owner.attempt = o -> {
                kernel.descriptor.reading
                        .release(); // nothing has been there, so the kernel has reported nothing by itself
                o.input.attempt(o.registration);
                o.done();
            };
            owner.registration.doNotSpeculate();
            owner.registration.wantRead();
            kernel.iterate();
            int readiness = Readiness.READABLE | (cell.reset ? Readiness.ERROR : 0);
            if (cell.found == Found.COUNTED_OUT) {
                kernel.event(readiness | Readiness.HANGUP, cell.delivered ? 2 : 0, 0);
            } else {
                kernel.event(readiness);
            }
            kernel.iterate();
            assertThat(kernel.descriptor.reading.calls)
                    .as("read calls of %s", cell)
                    .isEqualTo(Collections.frequency(owner.result.calls, "read"));
            return owner.result;
        }
    }

    // ---- hang-ups

    /**
     * A hang-up while no read is wanted.
     *
     * @param counted   whether the poller has counted that nothing is left
     * @param available the owner's answer
     * @param errno     reported with the event
     * @param failed    whether the poller has reported that the descriptor failed
     * @param taken     the error that the owner takes off the descriptor
     */
    private record Hangup(
            State state, boolean counted, int available, int errno, boolean failed, int taken, boolean endsByReset) {

        boolean open() {
            return state == State.OPEN;
        }

        boolean nothingLeft() {
            return counted && errno == 0 || available == 0;
        }

        /** The errno that an input fails with: the reported one, or the one taken off if a failure has none. */
        boolean isError() {
            return (errno == 0 && failed ? taken : errno) == Errno.ECONNRESET;
        }

        boolean isReset() {
            return failed && endsByReset;
        }
    }

    private static final List<Row<Hangup>> HANGUPS = List.of(
            new Row<>(
                    "OPEN: nothing left, no error",
                    c -> c.open() && c.nothingLeft() && !c.isError() && !c.isReset(),
                    Outcome.ON_END,
                    Demand.DROPPED,
                    State.ENDED),
            new Row<>(
                    "OPEN: nothing left, no error, a reset, endsByReset()",
                    c -> c.open() && c.nothingLeft() && !c.isError() && c.isReset(),
                    Outcome.ON_RESET,
                    Demand.DROPPED,
                    State.OPEN),
            new Row<>(
                    "OPEN: nothing left, an error",
                    c -> c.open() && c.nothingLeft() && c.isError(),
                    Outcome.ON_READ_ERROR,
                    Demand.DROPPED,
                    State.OPEN),
            new Row<>(
                    "OPEN: bytes left, or unknown",
                    c -> c.open() && !c.nothingLeft() && !c.isReset(),
                    Outcome.NOTHING,
                    Demand.DROPPED,
                    State.OPEN),
            new Row<>(
                    "OPEN: bytes left, or unknown, a reset, endsByReset()",
                    c -> c.open() && !c.nothingLeft() && c.isReset(),
                    Outcome.ON_RESET,
                    Demand.DROPPED,
                    State.OPEN),
            new Row<>(
                    "ENDED: a reset, endsByReset()",
                    c -> !c.open() && c.isReset(),
                    Outcome.ON_RESET,
                    Demand.DROPPED,
                    State.ENDED),
            new Row<>(
                    "ENDED: another one",
                    c -> !c.open() && !c.isReset(),
                    Outcome.NOTHING,
                    Demand.DROPPED,
                    State.ENDED));

    private static List<Hangup> hangups() {
        List<Hangup> all = new ArrayList<>();
        for (State state : State.values()) {
            for (boolean counted : BOTH) {
                for (int available : new int[] {0, 2, -Errno.EINVAL}) {
                    for (int errno : new int[] {0, Errno.EPIPE, Errno.ECONNRESET}) {
                        for (boolean failed : BOTH) {
                            for (int taken : new int[] {0, Errno.EPIPE, Errno.ECONNRESET}) {
                                for (boolean endsByReset : BOTH) {
                                    all.add(new Hangup(state, counted, available, errno, failed, taken, endsByReset));
                                }
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void hangups(Style style) {
        Set<Row<Hangup>> unused = new LinkedHashSet<>(HANGUPS);
        for (Hangup cell : hangups()) {
            Row<Hangup> row = only(HANGUPS, cell);
            unused.remove(row);
            List<String> calls = row.outcome == Outcome.NOTHING ? List.of() : List.of(row.outcome.name());
            assertThat(run(style, cell)).as("%s: %s", row.name, cell).isEqualTo(new Result(calls, false, row.next));
        }
        assertThat(unused).as("rows that nothing leads to").isEmpty();
    }

    private static Result run(Style style, Hangup cell) {
        try (ScriptedEngine kernel = new ScriptedEngine(style, DescriptorScript::pause)) {
            Owner owner = new Owner(kernel, cell.state, cell.endsByReset);
            owner.available = cell.available;
            owner.socketError = cell.taken;
            owner.hangup = o -> {
                o.input.onHangup(o.registration);
                o.done();
            };
            owner.registration.watchHangup(true);
            kernel.iterate();
            int readiness = Readiness.HANGUP | (cell.failed ? Readiness.ERROR : 0);
            if (cell.counted) {
                kernel.event(readiness | Readiness.READABLE, 0, cell.errno);
            } else {
                kernel.event(readiness, ReadinessSink.UNKNOWN, cell.errno);
            }
            kernel.iterate();
            kernel.iterate();
            assertThat(kernel.descriptor.reading.calls)
                    .as("read calls of %s", cell)
                    .isZero();
            return owner.result;
        }
    }

    // ---- end()

    @ParameterizedTest
    @EnumSource
    void endLeavesTheDemandToTheNextAttempt(Style style) {
        for (State state : State.values()) {
            try (ScriptedEngine kernel = new ScriptedEngine(style, DescriptorScript::pause)) {
                Owner owner = new Owner(kernel, state, false);
                owner.attempt = o -> {
                    o.input.attempt(o.registration);
                    o.done();
                };
                owner.registration.wantRead();
                owner.input.end();
                assertThat(owner.registration.isReadWanted()).isTrue();
                assertThat(owner.input.hasEnded()).isTrue();
                assertThat(owner.calls).isEmpty();
                kernel.iterate();
                assertThat(owner.result).isEqualTo(new Result(List.of("ON_READ_AFTER_END"), false, State.ENDED));
                assertThat(kernel.descriptor.reading.calls).isZero();
            }
        }
    }

    // ---- the number of reads per turn is the owner's

    @Test
    void mayReadAgainIsGivenTheReadsAndBytesOfTheTurn() {
        List<String> turns = new ArrayList<>();
        try (ScriptedEngine kernel = new ScriptedEngine(
                Style.WATCH_PERSISTS, fd -> fd.data("a").data("bc").data("def").pause())) {
            class Counting extends ScriptedEngine.Probe implements InputOwner {
                final Input input = new Input(this);
                final Registration registration = kernel.register(this);

                @Override
                public void attemptRead() {
                    input.attempt(registration);
                    kernel.closeDescriptor(registration);
                }

                @Override
                public int read(Registration on) {
                    return kernel.descriptor.read(Unpooled.buffer(16));
                }

                @Override
                public boolean mayReadAgain(Registration on, int reads, long bytes) {
                    turns.add(reads + " reads, " + bytes + " bytes");
                    return reads < 3;
                }

                @Override
                public void onEnd() {
                    turns.add("end");
                }

                @Override
                public void onReadError(int errno) {
                    turns.add("errno " + errno);
                }

                @Override
                public void onBufferFailure(Registration on, Throwable cause) {
                    turns.add("no buffer");
                }

                @Override
                public int available() {
                    return 0;
                }

                @Override
                public int takeError() {
                    return 0;
                }
            }
            new Counting().registration.wantRead();
            kernel.iterate();
        }
        assertThat(turns).containsExactly("1 reads, 1 bytes", "2 reads, 3 bytes", "3 reads, 6 bytes");
    }
}
