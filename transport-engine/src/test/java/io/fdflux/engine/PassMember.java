package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.posix.Errno;
import io.fdflux.spi.SourceKind;

/**
 * A descriptor, kernel source or guest of {@link PassModelTest}, and its reference.
 *
 * <pre>
 * kind        occurrences wait       it is due when
 * DESCRIPTOR  in the kernel          wanted, and a poll has reported it since its last call
 * sources     in the kernel, then    wanted, and a poll has reported some since its last call; or the kernel
 *             in the registration    has refused it
 * GUEST       with itself            wanted, and there are some
 * </pre>
 */
final class PassMember implements Handle, SourceHandle, Guest {

    enum Kind {
        DESCRIPTOR,
        SIGNAL,
        PROCESS,
        TIMER,
        GUEST;

        boolean isSource() {
            return this != DESCRIPTOR && this != GUEST;
        }
    }

    /** What user code does in a call. */
    enum Reaction {
        NONE,
        WANT,
        OCCUR_AND_WANT,
        CANCEL,
        CANCEL_NEIGHBOUR,
        WANT_OF_NEIGHBOUR
    }

    /** The run around the members. */
    interface Watcher {
        /** Numbers the members as they become due. */
        int becomesDue();

        /** A member is called. */
        void called(PassMember member);

        /** A member will not be called. */
        void cancelled(PassMember member);

        PassMember neighbour(PassMember of);

        /** An assertion has failed in a call. The engine would only log it. */
        void failed(AssertionError failure);
    }

    private static final int NOT_DUE = -1;

    final int ident;
    final int priority;
    Reaction reaction = Reaction.NONE;
    private final Kind kind;
    private final FakeSources kernel;
    private final Watcher watcher;
    private Registration descriptor;
    private SourceRegistration source;
    private GuestRegistration guest;

    // ---- the reference
    private boolean over;
    private boolean wanted;
    /** Occurrences that no poll has reported. */
    private long waiting;
    /** Occurrences that a poll has reported, and that no call has delivered; for a descriptor, 1 for a report. */
    private long reported;

    private boolean refusing;
    private boolean refused;
    private int dueSince = NOT_DUE;

    PassMember(Kind kind, int priority, int ident, FakeSources kernel, Watcher watcher) {
        this.kind = kind;
        this.priority = priority;
        this.ident = ident;
        this.kernel = kernel;
        this.watcher = watcher;
    }

    /** Puts it on the loop; the kernel refuses a source with an errno that is not 0. */
    void register(Engine engine, int errno) {
        switch (kind) {
            case DESCRIPTOR -> {
                descriptor = engine.register(this);
                descriptor.prioritize(priority, 0);
                descriptor.doNotSpeculate();
            }
            case GUEST -> guest = engine.admit(this, priority);
            default -> source = engine.watch(SourceKind.valueOf(kind.name()), ident, 0, this);
        }
        if (errno != 0) {
            refused();
        }
    }

    boolean isDue() {
        return dueSince != NOT_DUE;
    }

    int dueSince() {
        return dueSince;
    }

    long undelivered() {
        return waiting + reported;
    }

    private boolean isAnswerable() {
        return wanted && (kind == Kind.GUEST ? waiting : reported) > 0;
    }

    private void settle() {
        if (!over && !isDue() && (refused || isAnswerable())) {
            dueSince = watcher.becomesDue();
            if (guest != null) {
                guest.want();
            }
        }
    }

    // ---- what others do

    void occur() {
        if (over || refusing || refused) {
            return;
        }
        waiting++;
        if (kind == Kind.DESCRIPTOR) {
            kernel.readable.add(ident);
        } else if (kind.isSource()) {
            kernel.occur(ident, 1, 0);
        }
        settle();
    }

    void want() {
        if (over) {
            return;
        }
        wanted = true;
        settle(); // first, because the registration queues its run in the call
        if (descriptor != null) {
            descriptor.wantRead();
        } else if (source != null) {
            source.want();
        }
    }

    void refuse() {
        if (!over && kind.isSource() && !refused) {
            refusing = true;
            kernel.refuse(ident, Errno.EBADF);
        }
    }

    void cancel() {
        if (over) {
            return;
        }
        end();
        if (descriptor != null) {
            descriptor.cancel();
        } else if (source != null) {
            source.cancel();
        } else {
            guest.cancel();
        }
    }

    private void end() {
        over = true;
        waiting = 0;
        reported = 0;
        dueSince = NOT_DUE;
        kernel.readable.remove(ident);
        watcher.cancelled(this);
    }

    // ---- what a poll reports

    void reported(long count) {
        assertThat(over).as("%s is watched after its end", this).isFalse();
        assertThat(reported)
                .as("%s: reported and not delivered, so the next report wakes for nothing", this)
                .isZero();
        reported = count;
        if (kind.isSource()) {
            assertThat(count).isEqualTo(waiting);
            waiting = 0;
        }
        settle();
    }

    void refused() {
        refusing = false;
        refused = true;
        waiting = 0; // the kernel drops what it has counted
        settle();
    }

    // ---- what the engine calls

    private void called() {
        assertThat(over).as("%s is called after its end", this).isFalse();
        watcher.called(this);
        dueSince = NOT_DUE;
    }

    private void answered() {
        wanted = false;
        reported = 0;
        switch (reaction) {
            case NONE -> {}
            case WANT -> want();
            case OCCUR_AND_WANT -> {
                occur();
                want();
            }
            case CANCEL -> cancel();
            case CANCEL_NEIGHBOUR -> watcher.neighbour(this).cancel();
            case WANT_OF_NEIGHBOUR -> watcher.neighbour(this).want();
        }
        settle(); // a refusal may be left
    }

    private void checked(Runnable call) {
        try {
            call.run();
        } catch (AssertionError e) {
            watcher.failed(e);
        }
    }

    @Override
    public void attemptRead() {
        checked(() -> {
            called();
            assertThat(isAnswerable()).as("demand and a report of %s", this).isTrue();
            assertThat(waiting).isPositive();
            waiting = 0;
            kernel.readable.remove(ident);
            descriptor.dropRead();
            descriptor.onReadWouldBlock();
            answered();
        });
    }

    @Override
    public void occurred(long count, int detail) {
        checked(() -> {
            called();
            assertThat(isAnswerable()).as("demand and a report of %s", this).isTrue();
            assertThat(count).isEqualTo(reported);
            answered();
        });
    }

    @Override
    public void turn() {
        checked(() -> {
            called();
            assertThat(isAnswerable()).as("demand and a value of %s", this).isTrue();
            waiting = 0;
            answered();
        });
    }

    @Override
    public void refused(int errno) {
        checked(() -> {
            called();
            assertThat(refused).as("%s was refused", this).isTrue();
            assertThat(isAnswerable()).as("%s delivers what it has first", this).isFalse();
            assertThat(source.isValid()).isFalse();
            end();
        });
    }

    @Override
    public int fd() {
        return ident;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public boolean isStream() {
        return false;
    }

    @Override
    public void attemptWrite() {
        throw new AssertionError("no write is wanted");
    }

    @Override
    public void onHangup() {
        throw new AssertionError("nobody hangs up");
    }

    @Override
    public void onWatchRefused(int errno) {
        throw new AssertionError("errno " + errno);
    }

    @Override
    public void close() {
        throw new AssertionError("a call of " + this + " has failed");
    }

    @Override
    public String toString() {
        return kind + " " + ident + ", priority " + priority;
    }
}
