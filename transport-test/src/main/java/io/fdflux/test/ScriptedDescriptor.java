package io.fdflux.test;

import io.fdflux.engine.stream.Input;
import io.fdflux.posix.Errno;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** The kernel's side of a descriptor of a {@link ScriptedKernel}. Guarded by the kernel's lock. */
final class ScriptedDescriptor {

    /** An event that the kernel reports. */
    record Event(long token, int readiness, long available, int errno) implements ScriptedReport {
        @Override
        public void to(ReadinessSink sink) {
            sink.event(token, readiness, available, errno);
        }
    }

    private static final long NO_TOKEN = -1;

    final int number;
    final int refusal;
    final boolean stream;
    final boolean messages;
    private final boolean hangupAlone;
    final ScriptedDirection reading;
    final ScriptedDirection writing;
    final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private final ScriptedKernel.Style style;
    private final Problems problems;
    private final ScriptedTrace trace;
    boolean nonBlocking;
    boolean open = true;
    int armed;
    int readArms;
    int writeArms;
    long token = NO_TOKEN;

    ScriptedDescriptor(
            int number, DescriptorScript script, ScriptedKernel.Style style, Problems problems, ScriptedTrace trace) {
        this.number = number;
        this.refusal = script.refusal;
        this.stream = script.stream;
        this.messages = script.messages;
        this.hangupAlone = script.hangupAlone;
        this.nonBlocking = script.nonBlocking;
        this.reading = new ScriptedDirection(script.reading, false);
        this.writing = new ScriptedDirection(script.writing, true);
        this.style = style;
        this.problems = problems;
        this.trace = trace;
    }

    // ---- calls on it

    int read(ByteBuf buffer) {
        int result = readNow(buffer);
        trace.add("read " + number + " = " + (result == Input.END ? "end" : result));
        return result;
    }

    private int readNow(ByteBuf buffer) {
        reading.calls++;
        if (!open) {
            return -Errno.EBADF;
        }
        int room = buffer.writableBytes();
        Step step = reading.head();
        return switch (step) {
            case null -> {
                problems.add("read number " + reading.calls + " of " + this
                        + " goes beyond its script; end that with eof(), "
                        + "wouldBlock() or pause() if the read is right");
                yield -Errno.EAGAIN;
            }
            case Step.Data(byte[] bytes) -> {
                int count = Math.min(room, bytes.length - reading.taken());
                buffer.writeBytes(bytes, reading.taken(), count);
                if (messages && count < bytes.length) {
                    problems.add("read number " + reading.calls + " of " + this + " cuts a message of " + bytes.length
                            + " bytes at " + count);
                }
                reading.take(count, bytes.length);
                if (stream && count < room) {
                    reading.notice();
                }
                yield count;
            }
            case Step.Eof() -> Input.END;
            case Step.Failure(int errno) -> {
                reading.advance();
                yield -errno;
            }
            default -> {
                reading.notice();
                yield -Errno.EAGAIN;
            }
        };
    }

    int write(ByteBuf buffer) {
        int result = writeNow(buffer);
        trace.add("write " + number + " = " + result);
        return result;
    }

    private int writeNow(ByteBuf buffer) {
        writing.calls++;
        if (!open) {
            return -Errno.EBADF;
        }
        int length = buffer.readableBytes();
        Step step = writing.head();
        return switch (step) {
            case null -> take(buffer, length);
            case Step.Room(int bytes) -> {
                int count = Math.min(length, bytes - writing.taken());
                take(buffer, count);
                writing.take(count, bytes);
                if (count < length) {
                    writing.notice();
                }
                yield count;
            }
            case Step.Failure(int errno) -> {
                writing.advance();
                yield -errno;
            }
            default -> {
                writing.notice();
                yield -Errno.EAGAIN;
            }
        };
    }

    private int take(ByteBuf buffer, int count) {
        byte[] bytes = new byte[count];
        buffer.readBytes(bytes);
        written.writeBytes(bytes);
        return count;
    }

    /** Accepts a connection: its script. Else returns null, and {@link #acceptErrno} has the reason. */
    ScriptedKernel.Script accept() {
        reading.calls++;
        if (open && reading.head() instanceof Step.Connection(ScriptedKernel.Script script)) {
            reading.advance();
            return script;
        }
        return null;
    }

    /** The error of the {@link #accept} that has just failed. */
    int acceptErrno() {
        if (!open) {
            return Errno.EBADF;
        }
        if (reading.head() instanceof Step.Failure(int errno)) {
            reading.advance();
            return errno;
        }
        reading.notice();
        return Errno.EAGAIN;
    }

    /** The answer of poll(2): 1 if a call would not block, 0, or {@code -errno}. */
    int poll(boolean reads) {
        if (!open) {
            return -Errno.EBADF;
        }
        ScriptedDirection direction = reads ? reading : writing;
        boolean ready = switch (direction.head()) {
            case null -> !reads;
            case Step.WouldBlock(), Step.Pause(), Step.Spurious() -> false;
            default -> true;
        };
        if (!ready) {
            direction.notice();
        }
        return ready ? 1 : 0;
    }

    int available() {
        return reading.head() instanceof Step.Data(byte[] bytes)
                ? bytes.length - reading.taken()
                : reading.connections();
    }

    int pendingError() {
        if (reading.head() instanceof Step.Failure(int errno)) {
            reading.advance();
            return errno;
        }
        return 0;
    }

    /** Whether the next write would fail. */
    boolean isWriteBroken() {
        return writing.head() instanceof Step.Failure;
    }

    // ---- watching it

    void watch(int now, long newToken) {
        int added = now & ~armed;
        if ((added & Interest.READ) != 0) {
            readArms++;
            trace.add("arm " + number + " READ");
            reading.notice();
        }
        if ((added & Interest.WRITE) != 0) {
            writeArms++;
            trace.add("arm " + number + " WRITE");
            writing.notice();
        }
        armed = now;
        token = newToken;
        // Adding and modifying report existing readiness.
        reading.edge = true;
        writing.edge = true;
    }

    void close() {
        open = false;
        armed = Interest.NONE;
    }

    /** The events that the kernel reports now. Disarms interests that they spend. */
    List<Event> report() {
        if (!open || armed == Interest.NONE) {
            return List.of();
        }
        if ((armed & Interest.READ) != 0) {
            reading.arriveIfNoticed();
        }
        if ((armed & Interest.WRITE) != 0) {
            writing.arriveIfNoticed();
        }
        List<Event> events = new ArrayList<>();
        if (style == ScriptedKernel.Style.WATCH_PERSISTS) {
            reportEdges(events);
        } else {
            reportAndSpend(events);
        }
        if (reading.head() instanceof Step.Spurious && events.stream().anyMatch(e -> readable(e.readiness()))) {
            reading.advance();
            reading.edge = false;
        }
        return events;
    }

    private static boolean readable(int readiness) {
        return (readiness & Readiness.READABLE) != 0;
    }

    /** Reports like epoll with EPOLLET. */
    private void reportEdges(List<Event> events) {
        int readiness = 0;
        if (reading.edge) {
            readiness |= readReadiness();
            reading.edge = false;
        }
        if (writing.edge) {
            readiness |= writeReadiness();
            writing.edge = false;
        }
        if (readiness != 0) {
            events.add(new Event(token, readiness, ReadinessSink.UNKNOWN, 0));
        }
    }

    /** Reports like kqueue with EV_DISPATCH. */
    private void reportAndSpend(List<Event> events) {
        int read = readReadiness();
        if (read != 0) {
            boolean counted = readable(read)
                    && (reading.head() instanceof Step.Data
                            || reading.head() instanceof Step.Connection
                            || reading.end() != null);
            int errno = reading.end() instanceof Step.Failure(int number) ? number : 0;
            events.add(new Event(token, read, counted ? available() : ReadinessSink.UNKNOWN, errno));
            armed &= ~(Interest.READ | Interest.HANGUP);
        }
        int write = writeReadiness();
        if (write != 0) {
            events.add(new Event(token, write, ReadinessSink.UNKNOWN, 0));
            armed &= ~Interest.WRITE;
        }
    }

    private int readReadiness() {
        int readiness = 0;
        Step head = reading.head();
        boolean something =
                head instanceof Step.Data || head instanceof Step.Spurious || head instanceof Step.Connection;
        if ((armed & Interest.READ) != 0 && something) {
            readiness |= Readiness.READABLE;
        }
        if (armed != Interest.NONE && reading.end() != null) {
            boolean alone = hangupAlone && (armed & Interest.READ) == 0;
            readiness |= alone ? Readiness.HANGUP : Readiness.READABLE | Readiness.HANGUP;
        }
        if (armed != Interest.NONE && reading.end() instanceof Step.Failure) {
            readiness |= Readiness.ERROR;
        }
        return readiness;
    }

    private int writeReadiness() {
        Step head = writing.head();
        boolean room = !(head instanceof Step.WouldBlock || head instanceof Step.Pause);
        return (armed & Interest.WRITE) != 0 && room ? Readiness.WRITABLE : 0;
    }

    @Override
    public String toString() {
        return "descriptor " + number + (open ? "" : " (closed)") + ", reading " + reading + ", writing " + writing
                + ", armed " + armed;
    }
}
