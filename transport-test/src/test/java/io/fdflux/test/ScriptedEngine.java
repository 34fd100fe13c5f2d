package io.fdflux.test;

import io.fdflux.engine.Engine;
import io.fdflux.engine.Handle;
import io.fdflux.engine.LoopContext;
import io.fdflux.engine.Registration;
import io.fdflux.spi.BatchSender;
import io.fdflux.spi.Poller;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.test.ScriptedKernel.Script;
import io.fdflux.test.ScriptedKernel.Style;
import io.netty.buffer.Unpooled;
import java.io.IOException;

/** An engine alone on a scripted kernel with one descriptor. It has no thread: the test runs each iteration. */
final class ScriptedEngine implements AutoCloseable {

    private static final int NUMBER = 1000;

    /** A loop that ends each wait at once, and has no timer due behind it. */
    private static final class NeverWaits implements LoopContext {

        private boolean waited;

        @Override
        public boolean canBlock() {
            return true;
        }

        @Override
        public long nanosToDeadline() {
            long nanos = waited ? -1 : 0;
            waited = true;
            return nanos;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public boolean isTimed() {
            return false;
        }
    }

    /** A handle of the only descriptor; nothing is expected but what a test overrides. */
    abstract static class Probe implements Handle {

        @Override
        public final int fd() {
            return NUMBER;
        }

        @Override
        public final boolean isStream() {
            return false;
        }

        @Override
        public void attemptRead() {
            throw new AssertionError("no attempt to read is expected");
        }

        @Override
        public void attemptWrite() {
            throw new AssertionError("no attempt to write is expected");
        }

        @Override
        public void onHangup() {
            throw new AssertionError("no hang-up is expected");
        }

        @Override
        public final void onWatchRefused(int errno) {
            throw new AssertionError("no watch is refused by the script");
        }

        /** Called only if a method above has thrown, and the engine has logged that. */
        @Override
        public final void close() {
            throw new AssertionError("not expected to be closed");
        }
    }

    final ScriptedDescriptor descriptor;
    private final ScriptedMachine machine;
    private final ScriptedPoller poller;
    private final Engine engine;

    ScriptedEngine(Style style, Script script) {
        machine = new ScriptedMachine(style);
        descriptor = machine.add(NUMBER, script);
        poller = new ScriptedPoller(machine);
        engine = new Engine(new SendingPoller(poller), "the test's loop");
    }

    /** Also takes the sends of a turn's end, of which the script counts bytes only. */
    private final class SendingPoller implements Poller, BatchSender {

        private final Poller poller;

        SendingPoller(Poller poller) {
            this.poller = poller;
        }

        @Override
        public void send(int count, int[] fds, long[] addresses, int[] lengths, int[] results) {
            for (int i = 0; i < count; i++) {
                results[i] = descriptor.write(Unpooled.buffer(lengths[i]).writeZero(lengths[i]));
            }
        }

        @Override
        public int update(int fd, int before, int now, long token) {
            return poller.update(fd, before, now, token);
        }

        @Override
        public int poll(long timeoutNanos, ReadinessSink sink) throws IOException {
            return poller.poll(timeoutNanos, sink);
        }

        @Override
        public void wakeup() {
            poller.wakeup();
        }

        @Override
        public void forget(int fd, long token) {
            poller.forget(fd, token);
        }

        @Override
        public boolean armSpentByEvent() {
            return poller.armSpentByEvent();
        }

        @Override
        public void close() {
            poller.close();
        }
    }

    Registration register(Probe handle) {
        return engine.register(handle);
    }

    /** The next poll reports this for the descriptor, which is watched already. */
    void event(int readiness, long available, int errno) {
        synchronized (machine) {
            poller.inject(new ScriptedDescriptor.Event(descriptor.token, readiness, available, errno));
        }
    }

    void event(int readiness) {
        event(readiness, ReadinessSink.UNKNOWN, 0);
    }

    void iterate() {
        engine.iterate(new NeverWaits());
    }

    /** The number is closed: nothing more is reported of it. */
    void closeDescriptor(Registration registration) {
        registration.closing(false);
        descriptor.close();
    }

    @Override
    public void close() {
        engine.destroy();
        machine.problems.throwIfAny();
    }
}
