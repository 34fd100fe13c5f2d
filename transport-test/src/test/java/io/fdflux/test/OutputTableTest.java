package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.engine.Registration;
import io.fdflux.engine.stream.Output;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.posix.Errno;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The table at the head of {@link Output}, over every combination of state, event, answers of the owner and of the
 * kernel. Each combination belongs to exactly one row, and each row has one.
 */
class OutputTableTest {

    private enum State {
        CONNECTING,
        OPEN
    }

    private enum Event {
        FLUSH,
        ADVANCE,
        RESUME,
        ATTEMPT,
        PASS,
        START_CONNECTING,
        START_CONNECTING_BETWEEN_LOOPS,
        STOP_CONNECTING
    }

    /** What the first call of a pass does. */
    private enum Call {
        TAKES_ALL,
        TAKES_LESS,
        WOULD_BLOCK,
        FAILS,
        /** All is taken, and a promise's listener closes the owner. */
        CLOSES_OWNER,
        /** All is taken, and a promise's listener flushes, advances and passes again. */
        WRITES_WITHIN;

        void script(DescriptorScript fd) {
            switch (this) {
                case TAKES_ALL, CLOSES_OWNER, WRITES_WITHIN -> {}
                case TAKES_LESS -> fd.room(1).writePause();
                case WOULD_BLOCK -> fd.writePause();
                case FAILS -> fd.writeError(Errno.EPIPE);
            }
        }

        boolean isFull() {
            return this == TAKES_LESS || this == WOULD_BLOCK;
        }

        boolean takesAll() {
            return this == TAKES_ALL || this == WRITES_WITHIN;
        }
    }

    /** What the loop does about the output after the event. */
    private enum Demand {
        NOT_WANTED,
        ATTEMPTED,
        ARMED
    }

    private record Cell(
            State state,
            Event event,
            boolean full,
            boolean wantedBefore,
            int pending,
            boolean writesInFlush,
            Call call,
            int writesPerTurn,
            int connectOutcome) {

        boolean open() {
            return state == State.OPEN;
        }

        boolean connecting(Event during) {
            return state == State.CONNECTING && event == during;
        }

        Demand demand(boolean wanted) {
            return !wanted ? Demand.NOT_WANTED : full ? Demand.ARMED : Demand.ATTEMPTED;
        }
    }

    private record Result(List<String> calls, Demand demand, State next) {}

    // ---- the table

    /** What an event leads to: a pass, or these calls and this demand. */
    private record Row(String name, Predicate<Cell> of, boolean pass, List<String> calls, Want want, State next) {}

    private enum Want {
        STAYS,
        DROPPED,
        IF_PENDING,
        ARMED
    }

    private static Row row(String name, Predicate<Cell> of, Want want, State next, String... calls) {
        return new Row(name, of, false, List.of(calls), want, next);
    }

    private static Row pass(String name, Predicate<Cell> of, State next) {
        return new Row(name, of, true, List.of(), Want.STAYS, next);
    }

    private static final List<Row> TABLE = List.of(
            row(
                    "CONNECTING: flush, advance",
                    c -> c.connecting(Event.FLUSH) || c.connecting(Event.ADVANCE),
                    Want.STAYS,
                    State.CONNECTING),
            row("CONNECTING: resume", c -> c.connecting(Event.RESUME), Want.ARMED, State.CONNECTING),
            row(
                    "CONNECTING: attempt, EINPROGRESS",
                    c -> c.connecting(Event.ATTEMPT) && c.connectOutcome == -Errno.EINPROGRESS,
                    Want.ARMED,
                    State.CONNECTING),
            row(
                    "CONNECTING: attempt, connected",
                    c -> c.connecting(Event.ATTEMPT) && c.connectOutcome == 0,
                    Want.DROPPED,
                    State.OPEN,
                    "onConnected 0"),
            row(
                    "CONNECTING: attempt, an errno",
                    c -> c.connecting(Event.ATTEMPT) && c.connectOutcome > 0,
                    Want.DROPPED,
                    State.OPEN,
                    "onConnected " + Errno.ECONNREFUSED),
            pass("CONNECTING: pass", c -> c.connecting(Event.PASS), State.CONNECTING),
            row("startConnecting", c -> c.event == Event.START_CONNECTING, Want.ARMED, State.CONNECTING),
            row(
                    "startConnecting between two loops",
                    c -> c.event == Event.START_CONNECTING_BETWEEN_LOOPS,
                    Want.STAYS,
                    State.CONNECTING),
            row("stopConnecting", c -> c.event == Event.STOP_CONNECTING, Want.STAYS, State.OPEN),
            row(
                    "OPEN: flush",
                    c -> c.open() && c.event == Event.FLUSH && (!c.writesInFlush || c.full),
                    Want.IF_PENDING,
                    State.OPEN),
            pass(
                    "OPEN: flush, writesInFlush()",
                    c -> c.open() && c.event == Event.FLUSH && c.writesInFlush && !c.full,
                    State.OPEN),
            row("OPEN: resume", c -> c.open() && c.event == Event.RESUME, Want.IF_PENDING, State.OPEN),
            pass("OPEN: advance", c -> c.open() && c.event == Event.ADVANCE && !c.full, State.OPEN),
            row(
                    "OPEN: advance while full",
                    c -> c.open() && c.event == Event.ADVANCE && c.full,
                    Want.IF_PENDING,
                    State.OPEN,
                    "onTurnEnd"),
            pass("OPEN: attempt", c -> c.open() && c.event == Event.ATTEMPT, State.OPEN),
            pass("OPEN: pass", c -> c.open() && c.event == Event.PASS, State.OPEN));

    /** A pass: how many calls it makes, what else it leads to, and the demand that it leaves. */
    private record PassRow(String name, Predicate<Cell> of, int writes, String failure, Want want) {}

    private static final List<PassRow> PASSES = List.of(
            new PassRow("nothing pending", c -> c.pending == 0, 0, null, Want.DROPPED),
            new PassRow("all taken", c -> c.pending == 1 && c.call.takesAll(), 1, null, Want.DROPPED),
            new PassRow(
                    "all taken, the next call too",
                    c -> c.pending == 2 && c.call.takesAll() && c.writesPerTurn > 1,
                    2,
                    null,
                    Want.DROPPED),
            new PassRow(
                    "bound reached",
                    c -> c.pending == 2 && c.call.takesAll() && c.writesPerTurn == 1,
                    1,
                    null,
                    Want.IF_PENDING),
            new PassRow("less, or would block", c -> c.pending > 0 && c.call.isFull(), 1, null, Want.ARMED),
            new PassRow("it fails", c -> c.pending > 0 && c.call == Call.FAILS, 1, "onWriteError", Want.STAYS),
            new PassRow("the owner is closed", c -> c.pending > 0 && c.call == Call.CLOSES_OWNER, 1, null, Want.STAYS));

    private static List<Cell> cells() {
        List<Cell> all = new ArrayList<>();
        for (State state : State.values()) {
            for (Event event : Event.values()) {
                for (boolean full : new boolean[] {false, true}) {
                    for (int pending = 0; pending <= 2; pending++) {
                        for (boolean writesInFlush : new boolean[] {false, true}) {
                            for (Call call : Call.values()) {
                                for (int writesPerTurn : new int[] {1, 16}) {
                                    for (int outcome : new int[] {-Errno.EINPROGRESS, 0, Errno.ECONNREFUSED}) {
                                        for (boolean wantedBefore : new boolean[] {false, true}) {
                                            all.add(new Cell(
                                                    state,
                                                    event,
                                                    full,
                                                    wantedBefore,
                                                    pending,
                                                    writesInFlush,
                                                    call,
                                                    writesPerTurn,
                                                    outcome));
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        // The engine attempts what is wanted and may succeed.
        all.removeIf(cell -> cell.event == Event.ATTEMPT && (cell.full || !cell.wantedBefore));
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void everyRow(Style style) {
        Set<Object> unused = new LinkedHashSet<>(TABLE);
        unused.addAll(PASSES);
        for (Cell cell : cells()) {
            List<Row> rows = TABLE.stream().filter(row -> row.of.test(cell)).toList();
            List<PassRow> passes =
                    PASSES.stream().filter(row -> row.of.test(cell)).toList();
            assertThat(rows).as("rows of %s", cell).hasSize(1);
            assertThat(passes).as("pass rows of %s", cell).hasSize(1);
            Row row = rows.getFirst();
            PassRow pass = passes.getFirst();
            unused.remove(row);
            if (row.pass) {
                unused.remove(pass);
            }
            assertThat(run(style, cell))
                    .as("%s, %s: %s", row.name, row.pass ? pass.name : "no pass", cell)
                    .isEqualTo(expected(cell, row, pass));
        }
        assertThat(unused).as("rows that nothing leads to").isEmpty();
    }

    private static Result expected(Cell cell, Row row, PassRow pass) {
        List<String> calls = new ArrayList<>(row.calls);
        if (row.pass) {
            calls.add("onTurnStart");
            calls.addAll(Collections.nCopies(pass.writes, "write"));
            if (pass.failure != null) {
                calls.add(pass.failure);
            }
            calls.add("onTurnEnd");
        }
        boolean wantedSoFar = cell.wantedBefore && cell.event != Event.ATTEMPT; // an attempt drops the demand first
        Demand demand = switch (row.pass ? pass.want : row.want) {
            case STAYS -> cell.demand(wantedSoFar);
            case DROPPED -> Demand.NOT_WANTED;
            case IF_PENDING -> cell.demand(wantedSoFar || cell.pending > 0);
            case ARMED -> Demand.ARMED;
        };
        return new Result(calls, demand, row.next);
    }

    // ---- the code

    /** The owner, and the handle, of one output. */
    private static final class Owner extends ScriptedEngine.Probe implements OutputOwner {

        final Output output = new Output(this);
        final List<String> calls = new ArrayList<>();
        final ScriptedEngine kernel;
        final Cell cell;
        final Registration registration;
        int pending;
        boolean closed;
        /** The event is over: what the loop does next is only looked at. */
        boolean over;

        int attempts;

        Owner(ScriptedEngine kernel, Cell cell) {
            this.kernel = kernel;
            this.cell = cell;
            this.pending = cell.pending;
            this.registration = kernel.register(this);
            if (!cell.open()) {
                output.startConnecting(null);
            }
            if (cell.full) {
                registration.onWriteWouldBlock();
            }
            if (cell.wantedBefore) {
                registration.wantWrite();
            }
        }

        void run() {
            switch (cell.event) {
                case FLUSH -> output.flush(registration);
                case ADVANCE -> output.advance(registration);
                case RESUME -> output.resume(registration);
                case PASS -> output.pass(registration);
                case START_CONNECTING -> output.startConnecting(registration);
                case START_CONNECTING_BETWEEN_LOOPS -> output.startConnecting(null);
                case STOP_CONNECTING -> output.stopConnecting();
                case ATTEMPT -> kernel.iterate();
            }
            over = true;
        }

        Demand demand() {
            for (int i = 0; i < 4; i++) { // the poll is skipped while there is something to do
                kernel.iterate();
            }
            return kernel.descriptor.writeArms > 0 ? Demand.ARMED : attempts > 0 ? Demand.ATTEMPTED : Demand.NOT_WANTED;
        }

        @Override
        public void attemptWrite() {
            if (over) {
                attempts++;
                registration.dropWrite();
            } else {
                over = true;
                output.attempt(registration);
            }
        }

        @Override
        public boolean hasPending() {
            return pending > 0;
        }

        @Override
        public boolean writesInFlush() {
            return cell.writesInFlush;
        }

        @Override
        public boolean mayWriteAgain(int writes) {
            return writes < cell.writesPerTurn;
        }

        @Override
        public boolean isWritable(Registration on) {
            assertThat(on).isSameAs(registration);
            return !closed;
        }

        @Override
        public void onTurnStart() {
            calls.add("onTurnStart");
            assertThat(output.isBusy()).isTrue();
        }

        @Override
        public void onWriteError(Throwable cause) {
            calls.add("onWriteError");
            assertThat(output.isBusy()).isTrue();
            assertThat(cause).isInstanceOf(IOException.class);
        }

        @Override
        public boolean write(Registration on) throws IOException {
            assertThat(on).isSameAs(registration);
            calls.add("write");
            ByteBuf buffer = Unpooled.wrappedBuffer(new byte[2]);
            int n = kernel.descriptor.write(buffer);
            if (n == -Errno.EAGAIN) {
                return false;
            }
            if (n < 0) {
                throw Errno.exception("write", kernel.descriptor, -n);
            }
            if (n < 2) {
                return false;
            }
            pending--;
            if (cell.call == Call.CLOSES_OWNER) {
                closed = true;
            } else if (cell.call == Call.WRITES_WITHIN) {
                output.flush(registration);
                output.advance(registration);
                output.pass(registration);
            }
            return true;
        }

        @Override
        public void onTurnEnd() {
            assertThat(output.isBusy()).isFalse();
            calls.add("onTurnEnd");
        }

        @Override
        public void onConnected(int errno) {
            assertThat(output.isConnecting()).isFalse();
            calls.add("onConnected " + errno);
        }

        @Override
        public int connectOutcome() {
            return cell.connectOutcome;
        }
    }

    private static Result run(Style style, Cell cell) {
        try (ScriptedEngine kernel = new ScriptedEngine(style, cell.call::script)) {
            Owner owner = new Owner(kernel, cell);
            owner.run();
            List<String> calls = List.copyOf(owner.calls);
            State next = owner.output.isConnecting() ? State.CONNECTING : State.OPEN;
            assertThat(kernel.descriptor.writing.calls)
                    .as("write calls of %s", cell)
                    .isEqualTo(Collections.frequency(calls, "write"));
            Result result = new Result(calls, owner.demand(), next);
            kernel.closeDescriptor(owner.registration);
            return result;
        }
    }

    // ---- beside the table

    /** A pass that fails in an unforeseen way does not keep the next one from being made. */
    @Test
    void aPassThatThrowsIsOver() {
        List<String> calls = new ArrayList<>();
        class Failing implements OutputOwner {
            final Output output = new Output(this);

            @Override
            public boolean hasPending() {
                return true;
            }

            @Override
            public void onTurnStart() {
                calls.add("onTurnStart");
            }

            @Override
            public void onWriteError(Throwable cause) {
                throw (RuntimeException) cause;
            }

            @Override
            public boolean mayWriteAgain(int writes) {
                return writes < 1;
            }

            @Override
            public boolean write(Registration registration) {
                throw new IllegalStateException("user code");
            }

            @Override
            public boolean isWritable(Registration registration) {
                return true;
            }

            @Override
            public void onTurnEnd() {
                calls.add("onTurnEnd");
            }
        }
        Failing owner = new Failing();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> owner.output.pass(null)).hasMessage("user code");
            assertThat(owner.output.isBusy()).isFalse();
        }
        assertThat(calls).containsExactly("onTurnStart", "onTurnEnd", "onTurnStart", "onTurnEnd");
    }
}
