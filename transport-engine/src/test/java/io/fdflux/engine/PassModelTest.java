package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Descriptors, kernel sources of several kinds, and guests of any priorities on one engine: any order of occurrences,
 * demand, cancellations, refusals, new watches, and iterations with tasks and without. {@link PassMember} is one of
 * them with its reference.
 *
 * <pre>
 * occurrences     each one is in the count of exactly one call, which answers a demand
 * order           a pass takes what was due at its start: higher priorities first, else in the order of becoming due
 * starvation      what is due before an iteration is called in it, and what its poll reports too, unless tasks wait
 * cancellation    no call comes after it, and no watch is left
 * </pre>
 */
class PassModelTest {

    private static final int MEMBERS = 6;

    private enum Op {
        OCCUR,
        WANT,
        CANCEL,
        REFUSE,
        WATCH,
        WATCH_REFUSED,
        ITERATE,
        ITERATE_WITH_TASKS
    }

    /** One step on a member; kind, priority and reaction are those of a new one. */
    private record Step(Op op, int which, PassMember.Kind kind, int priority, PassMember.Reaction reaction) {
        @Override
        public String toString() {
            return switch (op) {
                case ITERATE, ITERATE_WITH_TASKS -> op.toString();
                case WATCH, WATCH_REFUSED ->
                    op + " " + which + " " + kind + ", priority " + priority + ", reaction " + reaction;
                default -> op + " " + which;
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
                Tuple.of(6, Op.OCCUR),
                Tuple.of(6, Op.WANT),
                Tuple.of(1, Op.CANCEL),
                Tuple.of(1, Op.REFUSE),
                Tuple.of(2, Op.WATCH),
                Tuple.of(1, Op.WATCH_REFUSED),
                Tuple.of(3, Op.ITERATE),
                Tuple.of(2, Op.ITERATE_WITH_TASKS));
        return Combinators.combine(
                        ops,
                        Arbitraries.integers().between(0, MEMBERS - 1),
                        Arbitraries.of(PassMember.Kind.class),
                        Arbitraries.integers().between(-2, 2),
                        Arbitraries.of(PassMember.Reaction.class))
                .as(Step::new)
                .list()
                .ofMinSize(5)
                .ofMaxSize(100)
                .map(Steps::new);
    }

    @Property(tries = 20_000)
    void passesDeliverWhatIsDueByPriority(@ForAll("steps") Steps steps) {
        new Run().run(steps);
    }

    /** One run over a kernel of its own. */
    private static final class Run implements FakeSources.Observer, PassMember.Watcher {

        private final FakeSources kernel = new FakeSources();
        private final Engine engine = new Engine(kernel, "the test's loop");
        private final PassMember[] members = new PassMember[MEMBERS];
        /** What is left of the present pass, in order. */
        private final List<PassMember> pass = new ArrayList<>();

        private int idents;
        private int dues;
        /** What the last poll reported became due before this. */
        private int reportedBefore;

        private final List<AssertionError> failures = new ArrayList<>();
        private boolean tasksWait;
        private boolean polled;

        Run() {
            kernel.readable = new HashSet<>();
            kernel.observer = this;
        }

        void run(Steps steps) {
            for (int i = 0; i < MEMBERS; i++) {
                watch(i, PassMember.Kind.values()[i % PassMember.Kind.values().length], i % 3 - 1, 0);
            }
            for (Step step : steps.list) {
                perform(step);
            }
            finish();
        }

        private PassMember watch(int place, PassMember.Kind kind, int priority, int errno) {
            kernel.answer = -errno;
            members[place] = new PassMember(kind, priority, idents++, kernel, this);
            members[place].register(engine, errno);
            kernel.answer = 0;
            return members[place];
        }

        private void perform(Step step) {
            PassMember member = members[step.which];
            switch (step.op) {
                case OCCUR -> member.occur();
                case WANT -> member.want();
                case CANCEL -> member.cancel();
                case REFUSE -> member.refuse();
                case WATCH, WATCH_REFUSED -> {
                    member.cancel();
                    boolean refused = step.op == Op.WATCH_REFUSED && step.kind.isSource();
                    watch(step.which, step.kind, step.priority, refused ? Errno.EBUSY : 0).reaction = step.reaction;
                }
                case ITERATE -> iterate(false);
                case ITERATE_WITH_TASKS -> iterate(true);
            }
        }

        /** Demand delivers everything, and cancellations leave nothing behind. */
        private void finish() {
            for (PassMember member : members) {
                member.reaction = PassMember.Reaction.NONE;
            }
            for (int i = 0; i < 3; i++) { // what was reported without demand, what has come since, and a refusal
                Stream.of(members).forEach(PassMember::want);
                iterate(false);
                iterate(false);
            }
            for (PassMember member : members) {
                assertThat(member.undelivered()).as("left of %s", member).isZero();
                member.cancel();
            }
            iterate(false);
            assertThat(kernel.isAnythingWatched()).as("a watch is left").isFalse();
            assertThat(engine.handles()).isEmpty();
            assertThat(engine.closeAll()).as("something is left").isFalse();
        }

        private void iterate(boolean tasks) {
            int before = dues;
            tasksWait = tasks;
            polled = false;
            engine.iterate(new StillLoop(!tasks));
            if (!failures.isEmpty()) {
                throw failures.getFirst();
            }
            assertThat(pass).as("left of the last pass").isEmpty();
            int must = polled && !tasks ? reportedBefore : before;
            for (PassMember member : members) {
                assertThat(member.isDue() && member.dueSince() < must)
                        .as("%s was due, and had no turn", member)
                        .isFalse();
            }
        }

        // ---- the kernel's side

        @Override
        public void polls() {
            polled = true;
            reportedBefore = dues;
        }

        @Override
        public void reports(long ident, long count) {
            for (PassMember member : members) {
                if (member.ident == ident) {
                    member.reported(count);
                }
            }
            reportedBefore = dues;
        }

        @Override
        public void refuses(long ident) {
            for (PassMember member : members) {
                if (member.ident == ident) {
                    member.refused();
                }
            }
            reportedBefore = dues;
        }

        // ---- the members' side

        @Override
        public int becomesDue() {
            return dues++;
        }

        @Override
        public void called(PassMember member) {
            assertThat(polled && tasksWait)
                    .as("%s runs before a task that was queued before the poll", member)
                    .isFalse();
            if (pass.isEmpty()) { // a pass begins
                Stream.of(members)
                        .filter(PassMember::isDue)
                        .sorted(Comparator.comparingInt((PassMember due) -> -due.priority)
                                .thenComparingInt(PassMember::dueSince))
                        .forEach(pass::add);
            }
            assertThat(member).as("the order of a pass, %s", pass).isSameAs(pass.isEmpty() ? null : pass.removeFirst());
        }

        @Override
        public void cancelled(PassMember member) {
            pass.remove(member);
        }

        @Override
        public void failed(AssertionError failure) {
            failures.add(failure);
        }

        @Override
        public PassMember neighbour(PassMember of) {
            return members[(List.of(members).indexOf(of) + 1) % MEMBERS];
        }
    }
}
