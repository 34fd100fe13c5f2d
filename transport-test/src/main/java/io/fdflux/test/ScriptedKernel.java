package io.fdflux.test;

import io.fdflux.FdLoops;
import io.fdflux.descriptor.DescriptorIo;
import io.fdflux.descriptor.Kernel;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A kernel that follows a script, for tests of code over {@link io.fdflux.FdFlux} without a descriptor of
 * the machine's.
 *
 * <pre>{@code
 * try (ScriptedKernel kernel = ScriptedKernel.of(fd -> fd.data("ab").wouldBlock().data("c").eof())) {
 *     StepVerifier.create(FdFlux.read(kernel.loops(), kernel.descriptor()).doOnNext(ByteBuf::release), 0)
 *             .then(kernel::settle)
 *             .then(kernel::assertNoReads)
 *             .thenRequest(3)
 *             .expectNextCount(2)
 *             .verifyComplete();
 * }
 * }</pre>
 *
 * <p>It has one loop, whose thread runs the code under test; {@link #settle()} waits until that has nothing left to do.
 * Time plays no part. What goes against the script, or against the contract of {@link Poller}, is thrown by the next
 * {@code assert...}, {@link #settle()} or {@link #close()} as an {@link AssertionError} that says what. Any thread may
 * use it.
 */
public final class ScriptedKernel implements AutoCloseable {

    /** The two kinds of kernel queues; the engine treats them differently. */
    public enum Style {
        /** As epoll, edge-triggered: a watch persists, and the kernel does not say how much is there. */
        WATCH_PERSISTS,
        /** As kqueue with EV_DISPATCH: an event takes its watch off, and tells how many bytes are there. */
        EVENT_SPENDS_WATCH
    }

    /** Writes the script of one descriptor. */
    @FunctionalInterface
    public interface Script {
        /**
         * Says what the descriptor does.
         *
         * @param fd takes the steps
         */
        void write(DescriptorScript fd);
    }

    private static final int FIRST_NUMBER = 1000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** What the loop's thread and the test share; its monitor guards everything in it. */
    static final class Machine {
        final Style style;
        final Problems problems = new Problems();
        /** Something has happened that the loop's wait has not seen yet. */
        boolean changed;

        private final Map<Integer, ScriptedDescriptor> byNumber = new TreeMap<>();

        Machine(Style style) {
            this.style = style;
        }

        ScriptedDescriptor open(int number) {
            ScriptedDescriptor descriptor = byNumber.get(number);
            return descriptor != null && descriptor.open ? descriptor : null;
        }

        /** Opens a descriptor under a number that is free, or taken over. */
        ScriptedDescriptor add(int number, Script script) {
            DescriptorScript steps = new DescriptorScript();
            script.write(steps);
            ScriptedDescriptor descriptor = new ScriptedDescriptor(number, steps, style, problems);
            byNumber.put(number, descriptor);
            return descriptor;
        }

        Collection<ScriptedDescriptor> descriptors() {
            return byNumber.values();
        }
    }

    private final Machine machine;
    private final Map<Descriptor, ScriptedDescriptor> scripted = new LinkedHashMap<>();
    private final ScriptedPoller poller;
    private final FdLoops loops;
    private long waitsBefore;

    private ScriptedKernel(Style style, List<Script> scripts) {
        machine = new Machine(style);
        poller = new ScriptedPoller(machine);
        loops = new Kernel(new Provider(poller), Calls::new)
                .under(FdLoops.builder().loops(1).name("scripted")::build);
        scripts.forEach(script -> add(FIRST_NUMBER + scripted.size(), script));
        loops.group().submit(() -> {}).awaitUninterruptibly(); // the thread starts with its first task
        settle();
        waitsBefore = waits();
    }

    /**
     * Makes a kernel whose watches persist, as epoll's do.
     *
     * @param scripts one for each descriptor
     * @return the kernel; the caller closes it
     */
    public static ScriptedKernel of(Script... scripts) {
        return new ScriptedKernel(Style.WATCH_PERSISTS, List.of(scripts));
    }

    /**
     * Makes a kernel.
     *
     * @param style   how it watches
     * @param scripts one for each descriptor
     * @return the kernel; the caller closes it
     */
    public static ScriptedKernel of(Style style, Script... scripts) {
        return new ScriptedKernel(style, List.of(scripts));
    }

    /** {@return the loops that run on this kernel} */
    public FdLoops loops() {
        return loops;
    }

    /** {@return the first descriptor} */
    public Descriptor descriptor() {
        return descriptor(0);
    }

    /**
     * One of several descriptors.
     *
     * @param index in the order of the scripts, from 0
     * @return the descriptor
     */
    public Descriptor descriptor(int index) {
        synchronized (machine) {
            return List.copyOf(scripted.keySet()).get(index);
        }
    }

    /**
     * Opens another descriptor under the number of one that was closed, as kernels do.
     *
     * @param closed whose number it gets
     * @param script what it does
     * @return the new descriptor
     */
    public Descriptor reopen(Descriptor closed, Script script) {
        synchronized (machine) {
            if (machine.open(closed.number()) != null) {
                throw new IllegalStateException(closed + " is still open; close it first");
            }
            return add(closed.number(), script);
        }
    }

    private Descriptor add(int number, Script script) {
        synchronized (machine) {
            ScriptedDescriptor kernelSide = machine.add(number, script);
            Descriptor descriptor = Descriptor.of(number, n -> close(kernelSide));
            scripted.put(descriptor, kernelSide);
            return descriptor;
        }
    }

    private int close(ScriptedDescriptor descriptor) {
        synchronized (machine) {
            descriptor.close();
            return 0;
        }
    }

    // ---- what the test makes happen
    // -----------------------------------------------------------------------------------

    /**
     * Ends a {@link DescriptorScript#pause()}: the next one, if the script has not come to it yet.
     *
     * @param descriptor of this kernel
     */
    public void becomeReadable(Descriptor descriptor) {
        synchronized (machine) {
            of(descriptor).reading.release();
            changed();
        }
    }

    /**
     * Ends a {@link DescriptorScript#writePause()}.
     *
     * @param descriptor of this kernel
     */
    public void becomeWritable(Descriptor descriptor) {
        synchronized (machine) {
            of(descriptor).writing.release();
            changed();
        }
    }

    /**
     * Reports an event under the token that a descriptor was last watched with, though it may be closed: as if the
     * kernel had fetched it before.
     *
     * @param descriptor of this kernel, watched at least once
     * @param readiness  a union of {@link io.fdflux.spi.Readiness} bits
     */
    public void lateEvent(Descriptor descriptor, int readiness) {
        synchronized (machine) {
            ScriptedDescriptor late = of(descriptor);
            if (late.token < 0) {
                throw new IllegalStateException(late + " was never watched: it has no token");
            }
            poller.inject(new ScriptedDescriptor.Event(late.token, readiness, -1, 0));
        }
    }

    private void changed() {
        machine.changed = true;
        machine.notifyAll();
    }

    /**
     * Waits until the loop has run everything it was given and waits, with nothing in the script that would end its
     * wait. Not on the loop's own thread.
     *
     * @throws AssertionError if the loop does not come to rest, or something went wrong before
     */
    public void settle() {
        long start = System.nanoTime();
        synchronized (machine) {
            if (loopThread()) {
                throw new IllegalStateException("the loop cannot wait for itself");
            }
            while (!poller.isIdle()) {
                long left = PATIENCE_NANOS - (System.nanoTime() - start);
                if (left <= 0) {
                    throw new AssertionError("the loop does not come to rest: " + machine.descriptors());
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(machine, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted before the loop came to rest", e);
                }
            }
        }
        machine.problems.throwIfAny();
    }

    private boolean loopThread() {
        return loops.group().next().inEventLoop();
    }

    // ---- what happened
    // ------------------------------------------------------------------------------------------------

    /** {@return read calls made on all descriptors} */
    public int reads() {
        synchronized (machine) {
            return scripted.values().stream().mapToInt(d -> d.reading.calls).sum();
        }
    }

    /**
     * Read calls.
     *
     * @param descriptor of this kernel
     * @return how many were made on it
     */
    public int reads(Descriptor descriptor) {
        synchronized (machine) {
            return of(descriptor).reading.calls;
        }
    }

    /** {@return write calls made on all descriptors} */
    public int writes() {
        synchronized (machine) {
            return scripted.values().stream().mapToInt(d -> d.writing.calls).sum();
        }
    }

    /** {@return how often the poller was asked to watch for reading that it did not watch for, over all descriptors} */
    public int readArms() {
        synchronized (machine) {
            return scripted.values().stream().mapToInt(d -> d.readArms).sum();
        }
    }

    /** {@return how often the poller was asked to watch for writing that it did not watch for, over all descriptors} */
    public int writeArms() {
        synchronized (machine) {
            return scripted.values().stream().mapToInt(d -> d.writeArms).sum();
        }
    }

    /** {@return how often the loop has waited, or looked for events without waiting, since the kernel was made} */
    public long waits() {
        synchronized (machine) {
            return poller.waits() - waitsBefore;
        }
    }

    /**
     * What was written.
     *
     * @param descriptor of this kernel
     * @return its bytes as UTF-8
     */
    public String written(Descriptor descriptor) {
        synchronized (machine) {
            return of(descriptor).written.toString(StandardCharsets.UTF_8);
        }
    }

    /**
     * Whether O_NONBLOCK is set.
     *
     * @param descriptor of this kernel
     * @return true if it is
     */
    public boolean isNonBlocking(Descriptor descriptor) {
        synchronized (machine) {
            return of(descriptor).nonBlocking;
        }
    }

    /**
     * What the kernel watches.
     *
     * @param descriptor of this kernel
     * @return a union of {@link Interest} bits
     */
    public int armed(Descriptor descriptor) {
        synchronized (machine) {
            return of(descriptor).armed;
        }
    }

    /** {@return whether the loop has closed its poller, as it must when it ends} */
    public boolean isPollerClosed() {
        synchronized (machine) {
            return poller.isClosed();
        }
    }

    // ---- assertions
    // ---------------------------------------------------------------------------------------------------

    /** Fails if any read call was made on any descriptor. */
    public void assertNoReads() {
        assertReads(0);
    }

    /**
     * Fails unless exactly so many read calls were made on all descriptors.
     *
     * @param expected how many
     */
    public void assertReads(int expected) {
        machine.problems.throwIfAny();
        check(reads() == expected, expected + " reads expected, " + reads() + " made");
    }

    /**
     * Fails unless exactly so many write calls were made on all descriptors.
     *
     * @param expected how many
     */
    public void assertWrites(int expected) {
        machine.problems.throwIfAny();
        check(writes() == expected, expected + " writes expected, " + writes() + " made");
    }

    /**
     * Fails unless the kernel watches the first descriptor for exactly this ({@link Interest#HANGUP} apart, which comes
     * and goes by itself).
     *
     * @param interest a union of {@link Interest} bits
     */
    public void assertArmed(int interest) {
        assertArmed(descriptor(), interest);
    }

    /**
     * Fails unless the kernel watches a descriptor for exactly this ({@link Interest#HANGUP} apart).
     *
     * @param descriptor of this kernel
     * @param interest   a union of {@link Interest} bits
     */
    public void assertArmed(Descriptor descriptor, int interest) {
        machine.problems.throwIfAny();
        int apart = ~Interest.HANGUP;
        check(
                (armed(descriptor) & apart) == (interest & apart),
                "interest " + interest + " expected to be armed, " + armed(descriptor) + " is");
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            synchronized (machine) {
                throw new AssertionError(otherwise + "; " + machine.descriptors());
            }
        }
    }

    private ScriptedDescriptor of(Descriptor descriptor) {
        return Optional.ofNullable(scripted.get(descriptor))
                .orElseThrow(() -> new IllegalArgumentException(descriptor + " is not this kernel's"));
    }

    /**
     * Stops the loop.
     *
     * @throws AssertionError if something went against the script
     */
    @Override
    public void close() {
        loops.close();
        machine.problems.throwIfAny();
    }

    private record Provider(Poller poller) implements PollerProvider {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Optional<Throwable> unavailabilityCause() {
            return Optional.empty();
        }

        @Override
        public Poller open() {
            return poller;
        }
    }

    /** The calls on one descriptor, each under the kernel's lock. */
    private final class Calls implements DescriptorIo {
        private final ScriptedDescriptor kernelSide;
        private final boolean wasNonBlocking;

        Calls(Descriptor descriptor) throws IOException {
            synchronized (machine) {
                kernelSide = of(descriptor);
                if (!kernelSide.open) {
                    throw Errno.exception("fcntl", descriptor, Errno.EBADF);
                }
                wasNonBlocking = kernelSide.nonBlocking;
                kernelSide.nonBlocking = true;
            }
        }

        @Override
        public int number() {
            return kernelSide.number;
        }

        @Override
        public boolean isStream() {
            return kernelSide.stream;
        }

        @Override
        public boolean hasEmptyMessages() {
            return kernelSide.messages;
        }

        @Override
        public int leastCapacity() {
            return 0;
        }

        @Override
        public int read(ByteBuf buffer) {
            synchronized (machine) {
                return kernelSide.read(buffer);
            }
        }

        @Override
        public int write(ByteBuf buffer) {
            synchronized (machine) {
                return kernelSide.write(buffer);
            }
        }

        @Override
        public int available() {
            synchronized (machine) {
                return kernelSide.available();
            }
        }

        @Override
        public int pendingError() {
            synchronized (machine) {
                return kernelSide.pendingError();
            }
        }

        @Override
        public boolean isWriteBroken() {
            synchronized (machine) {
                return kernelSide.isWriteBroken();
            }
        }

        @Override
        public void close() {
            synchronized (machine) {
                kernelSide.nonBlocking = wasNonBlocking;
            }
        }
    }
}
