package io.fdflux.engine;

import io.fdflux.engine.ModelKernel.Event;
import io.fdflux.engine.ModelKernel.File;
import io.fdflux.engine.ModelKernel.ModelPoller;
import io.fdflux.engine.stream.Input;
import io.fdflux.engine.stream.InputOwner;
import io.fdflux.engine.stream.Output;
import io.fdflux.engine.stream.OutputOwner;
import io.fdflux.posix.Errno;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;

/**
 * A stream of {@link EngineModelTest}, and the reference that its registration is compared with.
 *
 * <pre>
 * bit    | the reference
 * -------+------------------------------------------------------------------------------------------------
 * wanted | reading: {@link #demand} is left; writing: bytes are {@link #pending}
 * ready  | the last attempt did not block, and did not prove that nothing is left; or an event came since
 * armed  | what the kernel holds
 * </pre>
 */
final class ModelStream implements Handle, InputOwner, OutputOwner {

    /** What user code does when it is given bytes, or when its bytes are written. */
    enum Reaction {
        NONE,
        REQUEST,
        CANCEL,
        CLOSE,
        MOVE,
        WRITE,
        SHUT_INPUT
    }

    private static final int READ_CAPACITY = 3;
    private static final int WRITE_SIZE = 4;
    private static final int MESSAGE = 2;
    /** A stage holds no more. */
    private static final int STAGE = 8;
    /** With more pending, a flush writes. */
    private static final int MANY = 12;

    private static final ByteBuf BYTES = Unpooled.unreleasableBuffer(Unpooled.directBuffer(STAGE));

    final int fd;
    private final List<String> problems;
    private final ModelKernel kernel;
    private final Engine[] engines;
    private final ModelPoller[] pollers;
    private final boolean endsByReset;
    private final boolean writesInFlush;
    private final boolean stages;
    private Input input = new Input(this);
    private final Output output = new Output(this);

    File file;
    int loop;
    Registration registration;
    Reaction reaction = Reaction.NONE;

    // ---- the reference
    int demand;
    int pending;
    /** Of the pending bytes, those whose writers were told of success. */
    private int staged;
    /** Closed, or failed. */
    boolean over;

    private boolean told;
    private int received;
    private boolean readReady;
    private boolean writeReady;
    private boolean hangup;
    private boolean watched;
    private boolean failed;
    private boolean urgent;
    private int errno;
    private long available;
    private int unwantedEvents;
    /**
     * The watch has woken the loop twice for nothing, and is taken off before the next wait if there is no demand
     * by then.
     */
    private boolean disarmDue;

    int errors;
    int readAttempts;
    int writeAttempts;
    private boolean attempting;

    ModelStream(
            int fd,
            File file,
            int loop,
            ModelKernel kernel,
            Engine[] engines,
            ModelPoller[] pollers,
            List<String> problems,
            boolean endsByReset,
            boolean writesInFlush,
            boolean stages,
            boolean speculates) {
        this.fd = fd;
        this.file = file;
        this.loop = loop;
        this.kernel = kernel;
        this.engines = engines;
        this.pollers = pollers;
        this.problems = problems;
        this.endsByReset = endsByReset;
        this.writesInFlush = writesInFlush;
        this.stages = stages;
        register();
        if (!speculates) {
            registration.doNotSpeculate();
            readReady = false;
        }
        registration.watchHangup(true);
    }

    private void register() {
        registration = engines[loop].register(this);
        startOver();
    }

    /** The reference of a registration, or file, that is new. */
    private void startOver() {
        readReady = true;
        writeReady = true;
        hangup = false;
        watched = !input.hasEnded();
        failed = false;
        urgent = false;
        errno = 0;
        available = ReadinessSink.UNKNOWN;
        unwantedEvents = 0;
        disarmDue = false;
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            problems.add(otherwise + ", " + this);
        }
    }

    // ---- what users do

    void request(int n) {
        if (!over) {
            demand += n;
            unwantedEvents = 0;
            registration.wantRead();
        }
    }

    void cancel() {
        if (!over) {
            demand = 0;
            registration.dropRead();
        }
    }

    void writeBytes(int n) {
        if (!over) {
            pending += n;
            output.flush(registration);
        }
    }

    void shutInput() {
        if (!over && !input.hasEnded()) {
            input.end();
            told = true;
        }
    }

    void move() {
        if (over) {
            return;
        }
        output.withdraw();
        registration.cancel();
        check(armed() == Interest.NONE, "(13) the loop that it has left still watches");
        loop = 1 - loop;
        register();
        if (demand > 0) {
            registration.wantRead();
        }
        registration.watchHangup(!input.hasEnded());
        output.resume(registration);
    }

    /** Another file gets the number, as by dup2(2). */
    void replace(File other) {
        if (over || input.hasEnded()) {
            return;
        }
        registration.replacing(file.shared);
        kernel.open(fd, other);
        file = other;
        received = 0;
        startOver();
        registration.watchHangup(true);
    }

    void end() {
        if (over) {
            return;
        }
        over = true;
        demand = 0;
        pending = 0;
        staged = 0;
        output.withdraw();
        registration.closing(file.shared);
        registration.cancel();
        kernel.close(fd);
    }

    // ---- the reference, event by event

    boolean isOn(ModelPoller poller, long token) {
        return !over && pollers[loop] == poller && registration.token() == token;
    }

    private int armed() {
        return pollers[loop].armed(fd, registration.token());
    }

    void beforeUpdate(int before, int now) {
        int added = now & ~before;
        int removed = before & ~now;
        if ((added & Interest.READ) != 0) {
            check(demand > 0, "(3) armed without demand");
            check(!readReady, "(2) armed before demand has tried");
        }
        if ((added & Interest.WRITE) != 0) {
            check(pending > 0, "(3) armed for writing without pending bytes");
            check(!writeReady, "(2) armed for writing before the bytes were tried");
        }
        boolean untried = (added & Interest.HANGUP) != 0 && (isReadDue() || isWriteDue());
        check(!untried, "(5) it meets the poller before an attempt that is due");
        check((now & Interest.WRITE) == 0 || pending > 0, "a change reports a watch for writing that nobody wants");
        if (now != Interest.NONE) {
            check((removed & Interest.READ) == 0 || demand == 0, "disarmed in spite of demand");
            check((removed & Interest.READ) == 0 || disarmDue, "disarmed before the second event that nobody wanted");
            check((removed & Interest.WRITE) == 0 || pending == 0, "disarmed in spite of pending bytes");
        }
    }

    void beforePoll(long timeoutNanos) {
        boolean readDue = demand > 0 && readReady;
        boolean writeDue = pending > 0 && writeReady;
        check(timeoutNanos == 0 || !readDue && !writeDue, "(12) waits, though an attempt is due");
        check(demand == 0 || readReady || (armed() & Interest.READ) != 0, "(2) demand neither tried nor armed");
        check(pending == 0 || writeReady || (armed() & Interest.WRITE) != 0, "pending bytes neither tried nor armed");
        check(readDue || writeDue || !watched || (armed() & Interest.HANGUP) != 0, "(9) nothing watches for a hang-up");
        boolean disarmed = demand > 0 || !disarmDue || (armed() & Interest.READ) == 0;
        check(disarmed, "a watch that only wakes is not taken off");
        disarmDue = false;
    }

    void beforeEvent(Event event) {
        if ((event.readiness() & Readiness.READABLE) != 0) {
            readReady = true;
            available = event.available();
            unwantedEvents = demand == 0 && (armed() & Interest.READ) != 0 ? unwantedEvents + 1 : 0;
            disarmDue |= unwantedEvents >= 2;
        }
        if ((event.readiness() & Readiness.HANGUP) != 0) {
            hangup = true;
            watched = false;
            readReady = true;
            if ((event.readiness() & Readiness.READABLE) == 0) {
                available = ReadinessSink.UNKNOWN; // more may have come since the count
            }
        }
        if ((event.readiness() & Readiness.WRITABLE) != 0) {
            writeReady = true;
        }
        urgent |= (event.readiness() & Readiness.URGENT) != 0;
        failed |= (event.readiness() & Readiness.ERROR) != 0;
        errno = event.errno() != 0 ? event.errno() : errno;
    }

    /** Compares the registration with the reference. */
    void compare() {
        check(registration.isValid() != over, "valid " + registration.isValid());
        if (over) {
            return;
        }
        check(registration.isReadWanted() == demand > 0, "wanted " + registration.isReadWanted());
        check(registration.isReadReady() == readReady, "ready " + registration.isReadReady());
        check(registration.isWriteBlocked() != writeReady, "ready to write " + !registration.isWriteBlocked());
        check(registration.isUrgent() == urgent, "urgent " + registration.isUrgent());
        check(registration.hasFailed() == failed, "failed " + registration.hasFailed());
        check(registration.pendingErrno() == errno, "errno " + registration.pendingErrno());
        boolean counted = hangup && available == 0 && errno == 0;
        check(registration.atEndOfInput() == counted, "at the end of input " + registration.atEndOfInput());
    }

    boolean isReadDue() {
        return !over && demand > 0 && readReady;
    }

    boolean isWriteDue() {
        return !over && pending > 0 && writeReady;
    }

    /** The loops have come to rest: nothing that could go on has been left. */
    void atRest() {
        if (over) {
            return;
        }
        check(demand == 0 || file.unread() == 0 && !file.hasEnded(), "(8) demand is left, and something to read");
        check(pending == 0 || file.room == 0 && !file.reset, "bytes are pending, and the file takes some");
        if (file.countable && file.hasEnded() && file.unread() == 0) {
            check(told, "(9) a peer that has gone is not noticed");
        }
        check(!file.reset || file.fin || told || !endsByReset, "(9) a reset is not noticed");
        check(received == file.read, "(8) bytes are lost");
    }

    // ---- the engine's side

    @Override
    public int fd() {
        return fd;
    }

    @Override
    public boolean isStream() {
        return file.stream;
    }

    @Override
    public void attemptRead() {
        readAttempts++;
        check(demand > 0, "(1) an attempt to read without demand");
        check(readReady, "(3) an attempt to read that would block");
        attempting = true;
        input.attempt(registration);
        attempting = false;
    }

    @Override
    public void attemptWrite() {
        writeAttempts++;
        check(pending > 0, "an attempt to write nothing");
        check(writeReady, "an attempt to write that would block");
        output.attempt(registration);
    }

    @Override
    public void onHangup() {
        check(!over, "a hang-up after the end");
        check(demand == 0, "a hang-up, though a read is wanted");
        check(hangup, "a hang-up that nobody has reported");
        input.onHangup(registration);
    }

    @Override
    public void onError() {
        errors++;
        check(failed && demand == 0, "an error that nobody has reported, or that a read would find");
    }

    @Override
    public void onWatchRefused(int refusal) {
        check(false, "no watch is refused");
    }

    @Override
    public void close() {
        check(false, "the engine closes it, because it threw");
        end();
    }

    // ---- the input's side

    @Override
    public int read(Registration on) {
        check(on == registration && !over, "(7) a read for another registration");
        check(demand > 0 && attempting, "(1) a read without demand");
        int n = file.read(READ_CAPACITY);
        on.counters().readCall(Math.max(n, 0));
        if (n == -Errno.EAGAIN) {
            readReady = false;
            watched |= hangup;
            hangup = false;
            urgent = false;
            available = ReadinessSink.UNKNOWN;
        } else if (n > 0) {
            drained(n);
            on.onRead(READ_CAPACITY, n);
            received += n;
            demand--;
            react();
            if (demand == 0 && !over) {
                registration.dropRead();
            }
        }
        return n;
    }

    private void drained(int n) {
        boolean drained = file.stream && !urgent && n < READ_CAPACITY;
        boolean counted = available != ReadinessSink.UNKNOWN;
        if (counted) {
            available -= n;
            drained |= available <= 0;
        }
        if (drained) {
            available = hangup && counted ? 0 : ReadinessSink.UNKNOWN;
            readReady &= hangup; // the end that a hang-up has reported is still to be read
        }
    }

    private void react() {
        Reaction now = reaction;
        reaction = Reaction.NONE;
        switch (now) {
            case NONE -> {}
            case REQUEST -> request(1);
            case CANCEL -> cancel();
            case CLOSE -> end();
            case MOVE -> move();
            case WRITE -> writeBytes(5);
            case SHUT_INPUT -> shutInput();
        }
    }

    @Override
    public boolean mayReadAgain(Registration on, int reads, long bytes) {
        return demand > 0
                && !over
                && on == registration
                && !input.hasEnded()
                && on.isReadReady()
                && reads < 4
                && bytes < 10;
    }

    @Override
    public void onTurnEnd() {}

    @Override
    public void onEnd() {
        check(!told && !over, "(8) a second end");
        check(file.hasEnded() && file.unread() == 0, "(8) an end before the last byte");
        told = true;
        demand = 0;
    }

    @Override
    public void onReset() {
        check(endsByReset && failed, "a reset that nobody has reported");
        end();
    }

    @Override
    public void onReadError(int error) {
        check(error == Errno.ECONNRESET && file.reset, "errno " + error);
        check(file.unread() == 0, "(8) an error before the last byte");
        end();
    }

    @Override
    public void onBufferFailure(Registration on, Throwable cause) {
        check(false, "no buffer: " + cause);
    }

    @Override
    public void onReadAfterEnd() {
        check(told, "demand after an end that nobody was told");
        demand = 0;
    }

    @Override
    public int available() {
        return file.available();
    }

    @Override
    public int takeError() {
        return file.takeError();
    }

    @Override
    public boolean endsByReset() {
        return endsByReset;
    }

    // ---- the output's side

    @Override
    public boolean hasPending() {
        return pending > 0;
    }

    @Override
    public boolean writesInFlush() {
        return writesInFlush;
    }

    @Override
    public boolean stage(Registration on) {
        check(on == registration && !over && writeReady, "(15) staged for another registration, or while full");
        while (stages && isWritable(on) && staged < pending && staged + MESSAGE <= STAGE) {
            staged = Math.min(staged + MESSAGE, pending);
            react();
        }
        return stages && !over && staged < pending && pending >= MANY;
    }

    @Override
    public ByteBuf singleSend() {
        return staged > 0 && staged == pending ? BYTES.slice(0, staged) : null;
    }

    @Override
    public void onSent(Registration on, int result) {
        check(on == registration && !over && staged == pending, "(15) a send of what is not staged");
        int taken = Math.max(result, 0);
        writeReady &= result < 0 ? result != -Errno.EAGAIN : taken == staged;
        staged -= taken;
        pending -= taken;
    }

    @Override
    public void onWriteError(Throwable cause) {
        if (cause instanceof Error error) {
            throw error; // a check of the model's
        }
        end();
    }

    @Override
    public boolean mayWriteAgain(int writes) {
        return writes < 2;
    }

    @Override
    public boolean write(Registration on) throws IOException {
        check(on == registration && !over && pending > 0, "a write of nothing, or for another registration");
        if (file.reset) {
            throw new IOException("EPIPE");
        }
        int asked = Math.min(pending, WRITE_SIZE);
        int n = Math.min(file.room, asked);
        file.room -= n;
        pending -= n;
        staged = Math.max(staged - n, 0);
        writeReady &= n == asked;
        if (n == asked) {
            react();
        }
        return n == asked;
    }

    @Override
    public boolean isWritable(Registration on) {
        return !over && on == registration;
    }

    @Override
    public String toString() {
        return "number " + fd + " on loop " + loop + (over ? ", over" : "") + ", demand " + demand + ", ready "
                + readReady + ", pending " + pending + ", ready to write " + writeReady + ", armed " + armed()
                + ", hang-up " + hangup + ", counted " + available + ", unread " + file.unread();
    }
}
