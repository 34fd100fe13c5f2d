package io.fdflux.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import io.fdflux.posix.poll.KeventList;
import io.fdflux.posix.poll.Kqueue;
import io.fdflux.spi.FileChange;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Any order of watches, changes of two files, demand and polls, over a model of the kernel: no change that a watch
 * wants is lost, none is invented, and no report comes without demand. With EV_DISPATCH, ignoring it, and without.
 */
class SourceChangesModelTest {

    private static final int FILES = 2;
    private static final int TOKENS = 5;
    private static final int[] BITS = {FileChange.WRITE, FileChange.RENAME, FileChange.ATTRIBUTES};

    enum Dispatch {
        WORKS,
        IGNORED,
        LACKING
    }

    enum Action {
        WATCH,
        UNWATCH,
        REARM,
        CHANGE,
        POLL,
        FAIL
    }

    record Step(Action action, int file, int which) {}

    /** What the kernel has of one file. */
    private static final class Note {
        int wanted;
        int pending;
        long udata;
        boolean enabled;
    }

    /** What a watch must be told of. */
    private static final class Watched {
        final int file;
        final int bits;
        boolean submitted;
        boolean armed = true;
        int expected;

        Watched(int file, int bits) {
            this.file = file;
            this.bits = bits;
        }
    }

    private static final class Model implements ReadinessSink {

        final Dispatch dispatch;
        final SourceChanges changes;
        final Map<Long, Note> kernel = new TreeMap<>();
        final Map<Long, Watched> watches = new TreeMap<>();
        final int[] everChanged = new int[FILES];
        long nextToken;

        Model(Dispatch dispatch) {
            this.dispatch = dispatch;
            int once = dispatch == Dispatch.LACKING ? Kqueue.ONESHOT : Kqueue.DISPATCH;
            changes = new SourceChanges(once, TimerUnit.RELATIVE_MILLIS, () -> {
                throw new AssertionError("few sources");
            });
        }

        void run(Step step) {
            List<Long> tokens = new ArrayList<>(watches.keySet());
            Long token = tokens.isEmpty() ? null : tokens.get(step.which() % tokens.size());
            switch (step.action()) {
                case WATCH -> watch(step.file(), step.which());
                case CHANGE -> change(step.file(), BITS[step.which() % BITS.length]);
                case POLL -> poll();
                case FAIL -> fail();
                case UNWATCH -> {
                    if (token != null) {
                        changes.unwatch(SourceKind.FILE, watches.remove(token).file, token);
                    }
                }
                case REARM -> {
                    if (token != null) {
                        rearm(token);
                    }
                }
            }
        }

        private void watch(int file, int which) {
            if (watches.size() < TOKENS) {
                int bits = BITS[which % BITS.length] | BITS[which / BITS.length % BITS.length];
                assertThat(changes.watch(SourceKind.FILE, file, bits, nextToken))
                        .isZero();
                watches.put(nextToken++, new Watched(file, bits));
            }
        }

        void rearm(long token) {
            Watched watched = watches.get(token);
            watched.armed = true;
            changes.rearm(SourceKind.FILE, watched.file, token);
        }

        private void change(int file, int bit) {
            everChanged[file] |= bit;
            Note note = kernel.get((long) file);
            if (note != null) {
                note.pending |= note.wanted & noteBit(bit);
            }
            for (Watched watched : watches.values()) {
                if (watched.file == file && watched.submitted) {
                    watched.expected |= bit & watched.bits;
                }
            }
        }

        private static int noteBit(int bit) {
            return switch (bit) {
                case FileChange.WRITE -> Kqueue.NOTE_WRITE;
                case FileChange.RENAME -> Kqueue.NOTE_RENAME;
                default -> Kqueue.NOTE_ATTRIB;
            };
        }

        /** A kevent that fails as a whole, which the poller makes again. */
        private void fail() {
            changes.drainTo(new KeventList(KeventList.Layout.BSD, SourceChanges.CHANGES_PER_CALL));
            changes.requeue();
        }

        void poll() {
            KeventList submitted = new KeventList(KeventList.Layout.BSD, SourceChanges.CHANGES_PER_CALL);
            KeventList events = new KeventList(KeventList.Layout.BSD, SourceChanges.CHANGES_PER_CALL);
            changes.drainTo(submitted);
            for (int i = 0; i < submitted.size(); i++) {
                apply(submitted, i, events);
            }
            watches.values().forEach(watched -> watched.submitted = true);
            kernel.forEach((file, note) -> report(file, note, events));
            for (int i = 0; i < events.size(); i++) {
                changes.report(events, i, this);
            }
            changes.reportDue(this);
        }

        private void apply(KeventList list, int i, KeventList events) {
            if (list.flags(i) == Kqueue.DELETE) {
                if (kernel.remove(list.ident(i)) == null) {
                    events.add(list.ident(i), list.filter(i), Kqueue.ERROR, 0, Errno.ENOENT, list.udata(i));
                }
                return;
            }
            Note note = kernel.computeIfAbsent(list.ident(i), file -> new Note());
            note.wanted = list.fflags(i);
            note.udata = list.udata(i);
            note.enabled = true;
        }

        private void report(long file, Note note, KeventList events) {
            if (note.enabled && note.pending != 0) {
                events.add(file, Kqueue.FILTER_VNODE, Kqueue.CLEAR, note.pending, 0, note.udata);
                note.pending = 0;
                note.enabled = dispatch != Dispatch.WORKS;
            }
        }

        @Override
        public void event(long token, int readiness, long available, int errno) {
            throw new AssertionError("no descriptor");
        }

        @Override
        public void occurred(long token, long count, int detail) {
            Watched watched = watches.get(token);
            assertThat(watched).as("the watch of token %s", token).isNotNull();
            assertThat(watched.armed).as("demand").isTrue();
            assertThat(count).isEqualTo(1);
            assertThat(detail & watched.expected).as("nothing is lost").isEqualTo(watched.expected);
            assertThat(detail & ~(watched.bits & everChanged[watched.file]))
                    .as("nothing is invented")
                    .isZero();
            assertThat(detail).isNotZero();
            watched.armed = false;
            watched.expected = 0;
        }

        @Override
        public void sourceRefused(long token, int errno) {
            throw new AssertionError(token + " is refused: " + Errno.name(errno));
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Action> actions = Arbitraries.of(Action.class);
        Arbitrary<Integer> files = Arbitraries.integers().between(0, FILES - 1);
        Arbitrary<Integer> which = Arbitraries.integers().between(0, 8);
        return Combinators.combine(actions, files, which).as(Step::new).list().ofMaxSize(80);
    }

    @Property
    void changesReachThoseWhoWatch(@ForAll Dispatch dispatch, @ForAll("steps") List<Step> steps) {
        Model model = new Model(dispatch);
        steps.forEach(model::run);
        for (int i = 0; i < 3; i++) {
            model.poll();
            List.copyOf(model.watches.keySet()).forEach(model::rearm);
        }
        assertThat(model.watches.values()).allMatch(watched -> watched.expected == 0);
        List.copyOf(model.watches.entrySet())
                .forEach(entry -> model.changes.unwatch(SourceKind.FILE, entry.getValue().file, entry.getKey()));
        model.watches.clear();
        model.poll();
        assertThat(model.kernel).as("the kernel has nothing left").isEmpty();
        assertThat(model.changes.hasDue()).isFalse();
    }
}
