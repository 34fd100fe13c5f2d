package io.fdflux.test;

import io.fdflux.FdLoops;
import io.fdflux.descriptor.DescriptorIo;
import io.fdflux.descriptor.Kernel;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.process.SignalNames;
import io.fdflux.spi.Interest;
import io.fdflux.spi.Poller;
import io.fdflux.spi.SourceKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Simulates a kernel by a script, for tests of code over {@link io.fdflux.FdFlux} without real
 * descriptors. Thread-safe.
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
 * <p>One loop runs the code under test; {@link #settle()} waits until it is idle. Results do not depend on time. The
 * next {@code assert...}, {@link #settle()} or {@link #close()} throws an {@link AssertionError} for each violation of
 * the script or of the contract of {@link Poller}.
 */
public final class ScriptedKernel implements AutoCloseable {

    /** The two kinds of kernel queues, which the engine treats differently. */
    public enum Style {
        /** Like edge-triggered epoll: a watch persists, and events do not count readable bytes. */
        WATCH_PERSISTS,
        /** Like kqueue with EV_DISPATCH: an event disarms its watch, and counts readable bytes. */
        EVENT_SPENDS_WATCH
    }

    /** Writes the script of one descriptor. */
    @FunctionalInterface
    public interface Script {
        /**
         * Writes the steps.
         *
         * @param fd receives the steps
         */
        void write(DescriptorScript fd);
    }

    private static final int FIRST_NUMBER = 1000;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final ScriptedMachine machine;
    private final Map<Descriptor, ScriptedDescriptor> scripted = new LinkedHashMap<>();
    private final ScriptedPoller poller;
    private final FdLoops loops;
    private long waitsBefore;

    private ScriptedKernel(Style style, List<Script> scripts) {
        machine = new ScriptedMachine(style);
        machine.time = new ScriptedTime(machine, this::settle);
        machine.processes = new ScriptedProcesses(machine, this::add);
        poller = machine.poller;
        loops = new Kernel(
                        new ScriptedProvider(poller),
                        this::calls,
                        machine.processes.calls(),
                        machine.time.ticker(),
                        machine.time.clock())
                .under(FdLoops.builder().loops(1).name("scripted")::build);
        scripts.forEach(this::add);
        loops.group().submit(() -> {}).awaitUninterruptibly(); // a task starts the thread
        settle();
        waitsBefore = waits();
    }

    /**
     * Makes a kernel in the style {@link Style#WATCH_PERSISTS}.
     *
     * @param scripts one per descriptor
     * @return the kernel; the caller closes it
     */
    public static ScriptedKernel of(Script... scripts) {
        return new ScriptedKernel(Style.WATCH_PERSISTS, List.of(scripts));
    }

    /**
     * Makes a kernel.
     *
     * @param style   the kind of kernel queue
     * @param scripts one per descriptor
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
     * @param closed the descriptor whose number it gets
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

    private Descriptor add(Script script) {
        synchronized (machine) {
            return add(FIRST_NUMBER + scripted.size(), script);
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

    private DescriptorIo calls(Descriptor descriptor) throws IOException {
        synchronized (machine) {
            return new ScriptedCalls(machine, descriptor, of(descriptor), this::add);
        }
    }

    private int close(ScriptedDescriptor descriptor) {
        synchronized (machine) {
            descriptor.close();
            return 0;
        }
    }

    /** {@return its time, which passes only when the test says so} */
    public ScriptedTime time() {
        return machine.time;
    }

    /** {@return its processes} */
    public ScriptedProcesses processes() {
        return machine.processes;
    }

    // ---- actions of the test

    /**
     * Delivers a signal to this process.
     *
     * @param name {@code TERM} or {@code SIGTERM}
     * @throws IllegalStateException if nobody watches it: then it is the JVM's, which no test can see
     */
    public void signal(String name) {
        int number = SignalNames.number(name)
                .orElseThrow(() -> new IllegalArgumentException("this system has no signal " + name));
        synchronized (machine) {
            if (machine.sources.occur(SourceKind.SIGNAL, number, 0) == 0) {
                throw new IllegalStateException(
                        "nobody watches signal " + name + ", so it would be the JVM's; settle() after a subscription");
            }
            changed();
        }
    }

    /**
     * Reports changes of a file to those who watch it by {@link SourceKind#FILE}, in the style
     * {@link Style#EVENT_SPENDS_WATCH}.
     *
     * @param descriptor of this kernel
     * @param changes    a union of {@link io.fdflux.spi.FileChange} bits
     */
    public void change(Descriptor descriptor, int changes) {
        synchronized (machine) {
            machine.sources.occur(SourceKind.FILE, of(descriptor).number, changes);
            changed();
        }
    }

    /** Reports all timers of the system's clock now, as some kernels do when that clock is set. */
    void occurTimers() {
        synchronized (machine) {
            machine.sources.occur(SourceKind.TIMER, 0, 0);
            changed();
        }
    }

    /**
     * Takes a kind of source away, as older kernels and sandboxes do. Before the first subscription that uses it.
     *
     * @param kind the kind
     */
    public void withhold(SourceKind kind) {
        synchronized (machine) {
            machine.sources.withhold(kind);
        }
    }

    /**
     * Ends a {@link DescriptorScript#pause()}, or the next one if the script has not reached it yet.
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
     * Reports an event under the last token of a descriptor, which may be closed by now, like an event that the kernel
     * fetched before the close.
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
     * Waits until the loop has run all its tasks and waits, and no step of the script would end its wait. Not on the
     * loop's own thread.
     *
     * @throws AssertionError if the loop does not become idle, or after a violation
     */
    public void settle() {
        long start = System.nanoTime();
        synchronized (machine) {
            if (loopThread()) {
                throw new IllegalStateException("the loop cannot wait for itself");
            }
            while (!poller.isIdle()) {
                long left = LIMIT_NANOS - (System.nanoTime() - start);
                if (left <= 0) {
                    throw new AssertionError(
                            "the loop does not come to rest: " + machine.descriptors() + " " + machine.sources.all());
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

    // ---- results

    /** {@return the number of read calls on all descriptors} */
    public int reads() {
        synchronized (machine) {
            return scripted.values().stream().mapToInt(d -> d.reading.calls).sum();
        }
    }

    /**
     * The number of read calls on a descriptor.
     *
     * @param descriptor of this kernel
     * @return the number
     */
    public int reads(Descriptor descriptor) {
        synchronized (machine) {
            return of(descriptor).reading.calls;
        }
    }

    /** {@return the number of write calls on all descriptors} */
    public int writes() {
        synchronized (machine) {
            return scripted.values().stream().mapToInt(d -> d.writing.calls).sum();
        }
    }

    /** {@return how often READ was armed, on all descriptors} */
    public int readArms() {
        synchronized (machine) {
            return scripted.values().stream().mapToInt(d -> d.readArms).sum();
        }
    }

    /** {@return how often WRITE was armed, on all descriptors} */
    public int writeArms() {
        synchronized (machine) {
            return scripted.values().stream().mapToInt(d -> d.writeArms).sum();
        }
    }

    /** {@return the number of polls of the loop since this kernel was made, with waiting or without} */
    public long waits() {
        synchronized (machine) {
            return poller.waits() - waitsBefore;
        }
    }

    /**
     * The bytes written to a descriptor.
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
     * The armed interests of a descriptor.
     *
     * @param descriptor of this kernel
     * @return a union of {@link Interest} bits
     */
    public int armed(Descriptor descriptor) {
        synchronized (machine) {
            return of(descriptor).armed;
        }
    }

    /**
     * Whether a signal is watched, so that the JVM's reaction to it is off.
     *
     * @param name {@code TERM} or {@code SIGTERM}
     * @return true if it is
     */
    public boolean isWatched(String name) {
        synchronized (machine) {
            return machine.sources.isWatched(
                    SourceKind.SIGNAL, SignalNames.number(name).orElseThrow());
        }
    }

    /** {@return the number of watched sources that are no descriptors} */
    public int sources() {
        synchronized (machine) {
            return machine.sources.all().size();
        }
    }

    /**
     * The calls of the code under test since the last {@link #clearTrace()}, such as {@code read 1000 = 2},
     * {@code write 1000 = -11}, {@code arm 1000 READ}, {@code watch SIGNAL 15}, {@code spawn sort -n}. Waits are not
     * among them.
     *
     * @return the last 10,000
     */
    public List<String> trace() {
        synchronized (machine) {
            return machine.trace.calls();
        }
    }

    /** Forgets the calls so far. */
    public void clearTrace() {
        synchronized (machine) {
            machine.trace.clear();
        }
    }

    /** {@return whether the loop has closed its poller} */
    public boolean isPollerClosed() {
        synchronized (machine) {
            return poller.isClosed();
        }
    }

    // ---- assertions

    /** Fails after any read call. */
    public void assertNoReads() {
        assertReads(0);
    }

    /**
     * Fails unless the number of read calls on all descriptors is as expected.
     *
     * @param expected the number
     */
    public void assertReads(int expected) {
        machine.problems.throwIfAny();
        check(reads() == expected, expected + " reads expected, " + reads() + " made");
    }

    /**
     * Fails unless the number of write calls on all descriptors is as expected.
     *
     * @param expected the number
     */
    public void assertWrites(int expected) {
        machine.problems.throwIfAny();
        check(writes() == expected, expected + " writes expected, " + writes() + " made");
    }

    /**
     * Fails unless the armed interests of the first descriptor are as expected. {@link Interest#HANGUP} is ignored,
     * because the engine arms it on its own.
     *
     * @param interest a union of {@link Interest} bits
     */
    public void assertArmed(int interest) {
        assertArmed(descriptor(), interest);
    }

    /**
     * Fails unless the armed interests of a descriptor are as expected. {@link Interest#HANGUP} is ignored.
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

    /**
     * Fails unless the calls since the last {@link #clearTrace()} are as expected.
     *
     * @param expected as {@link #trace()} has them
     */
    public void assertTrace(String... expected) {
        machine.problems.throwIfAny();
        List<String> calls = trace();
        check(calls.equals(List.of(expected)), List.of(expected) + " expected, " + calls + " made");
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            synchronized (machine) {
                throw new AssertionError(otherwise + "; " + machine.descriptors() + " " + machine.sources.all());
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
     * @throws AssertionError after a violation of the script
     */
    @Override
    public void close() {
        loops.close();
        machine.problems.throwIfAny();
    }
}
