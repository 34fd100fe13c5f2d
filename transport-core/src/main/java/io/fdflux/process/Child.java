package io.fdflux.process;

import io.fdflux.engine.SourceRegistration;
import io.fdflux.loop.LoopGuest;
import io.fdflux.loop.LoopSource;
import io.fdflux.loop.Placement;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.process.Processes;
import io.fdflux.posix.process.SignalNames;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * A child of this process, from its start until it is reaped. Its exit is watched from the start, whether or not
 * somebody asks for it, so that it does not stay a zombie. No thread waits for it.
 *
 * <pre>
 * event                                       what follows
 * the kernel reports the exit                 it is reaped
 * the kernel cannot watch it                  it is polled: pidfd_open(2) is missing before Linux 5.3 and in sandboxes
 * {@link #kill}, {@link #signal}              the signal, unless it is reaped, because its pid may be another's by then
 * {@link #close}                              SIGKILL, and its pipes are closed
 * the loop shuts down                         the same; it is reaped on a thread that may block
 * </pre>
 *
 * Thread-safe; fields belong to the loop's thread unless a comment says otherwise.
 */
public final class Child implements LoopSource {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Child.class);

    private static final int KILL = SignalNames.number("KILL").orElseThrow();

    /** NOTE_EXIT may come before waitpid(2) finds the child: kern_exit.c of FreeBSD, exit1(). */
    private static final long NOT_REAPABLE_YET_MILLIS = 1;

    private static final long POLL_MILLIS = 20;

    private final Launch launch;
    private final Launched launched;
    private final IoEventLoop loop;
    private final int priority;
    private final ProcessCalls calls;
    private final Sinks.One<Integer> exit = Sinks.one();
    private final Object lock = new Object();
    /** Guarded by the lock. */
    private boolean reaped;

    private IoRegistration loopRegistration;
    /** What the kernel said, if it did. */
    private int reported = ReadinessSink.UNKNOWN_STATUS;

    private Child(Launch launch, Launched launched, IoEventLoop loop, int priority, ProcessCalls calls) {
        this.launch = launch;
        this.launched = launched;
        this.loop = loop;
        this.priority = priority;
        this.calls = calls;
    }

    /**
     * Starts a child and watches its exit. Blocks until its program is loaded.
     *
     * @param launch what to start
     * @param where  chooses the loop that watches it, and the place of its exit in a pass
     * @param calls  start and reap it
     * @return the child; the caller closes it
     * @throws IOException           if it cannot be started
     * @throws IllegalStateException if the loops have been closed
     */
    public static Child start(Launch launch, Placement where, ProcessCalls calls) throws IOException {
        IoEventLoop loop = where.nextLoop();
        if (loop.isShuttingDown()) {
            throw loopsClosed(launch);
        }
        Child child = new Child(launch, calls.start(launch), loop, where.priority(), calls);
        try {
            loop.execute(child::watch);
        } catch (RejectedExecutionException e) {
            child.close();
            child.reapBlocking();
            throw loopsClosed(launch);
        }
        return child;
    }

    private static IllegalStateException loopsClosed(Launch launch) {
        return new IllegalStateException("the loops have been closed; " + launch.program() + " cannot be started");
    }

    // ---- for its user

    /** {@return its pid} */
    public int pid() {
        return launched.pid();
    }

    /** {@return writes to its input, if that is a pipe} */
    public Optional<Descriptor> input() {
        return launched.input();
    }

    /** {@return reads its output, if that is a pipe} */
    public Optional<Descriptor> output() {
        return launched.output();
    }

    /** {@return reads its errors, if they are a pipe of their own} */
    public Optional<Descriptor> errors() {
        return launched.errors();
    }

    /**
     * Its exit.
     *
     * @return the status of wait(2), or {@link ReadinessSink#UNKNOWN_STATUS} if somebody else has reaped it
     */
    public Mono<Integer> exit() {
        return new ExitMono(exit.asMono(), toString());
    }

    /**
     * Sends it a signal, or its process group if it leads one. Any thread.
     *
     * @param number of the signal
     * @return false if it has ended and was reaped
     * @throws IOException if the kernel refuses
     */
    public boolean signal(int number) throws IOException {
        int result;
        synchronized (lock) {
            if (reaped) {
                return false;
            }
            result = calls.kill(launch.ownGroup() ? -pid() : pid(), number);
        }
        if (result < 0 && result != -Errno.ESRCH) {
            throw Errno.exception("kill", this + ", " + SignalNames.name(number), -result);
        }
        return true;
    }

    /** Kills it unless it has ended. Any thread. */
    public void kill() {
        try {
            signal(KILL);
        } catch (IOException e) {
            LOGGER.warn("{} could not be killed, and runs on", this, e); // EPERM: a setuid program
        }
    }

    /** Kills it unless it has ended, and closes its pipes. Called by its loop too, when that shuts down. */
    @Override
    public void close() {
        kill();
        launched.closePipes();
        if (loop.inEventLoop() && loop.isShuttingDown() && loopRegistration != null) {
            unwatch();
            Schedulers.boundedElastic().schedule(this::reapBlocking);
        }
    }

    // ---- its exit

    private void watch() {
        if (loop.isShuttingDown()) {
            registerGuest();
            close();
            return;
        }
        Future<IoRegistration> registered = loop.register(this);
        if (!registered.isSuccess()) {
            LOGGER.debug("{} is polled", this, registered.cause());
            pollLater(POLL_MILLIS);
        } else {
            loopRegistration = registered.getNow();
            SourceRegistration registration = loopRegistration.attachment();
            registration.want();
        }
    }

    private void unwatch() {
        IoRegistration before = loopRegistration;
        loopRegistration = null;
        if (before != null) {
            before.cancel();
        }
    }

    @Override
    public SourceKind kind() {
        return SourceKind.PROCESS;
    }

    @Override
    public long ident() {
        return pid();
    }

    @Override
    public long detail() {
        return 0;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public void occurred(long count, int status) {
        reported = status;
        unwatch();
        reap(NOT_REAPABLE_YET_MILLIS);
    }

    /** ESRCH: it has ended already, on systems that do not report that. Anything else: it cannot be watched. */
    @Override
    public void refused(int errno) {
        LOGGER.debug("{} is polled, because the kernel refuses to watch it: {}", this, Errno.name(errno));
        unwatch();
        reap(POLL_MILLIS);
    }

    private void reap(long againMillis) {
        int status = reapNow();
        if (status == Processes.RUNNING) {
            pollLater(againMillis);
        } else {
            unwatch();
            exited(status);
        }
    }

    private void pollLater(long millis) {
        registerGuest();
        loop.schedule(() -> reap(millis), millis, TimeUnit.MILLISECONDS);
    }

    /** Lets the loop close this child although the kernel does not watch it. */
    private void registerGuest() {
        if (loopRegistration == null) {
            loopRegistration = loop.register((LoopGuest) this::close).getNow();
        }
    }

    /** Reaps a child that was killed. It ends soon, unless the kernel holds it in a call to a broken device. */
    private void reapBlocking() {
        int status = reapNow();
        while (status == Processes.RUNNING) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(NOT_REAPABLE_YET_MILLIS));
            status = reapNow();
        }
        exited(status);
    }

    /** Any thread. No signal is sent meanwhile, because the pid is free afterwards. */
    private int reapNow() {
        synchronized (lock) {
            int status = reaped ? Processes.LOST : calls.reap(pid());
            reaped |= status != Processes.RUNNING;
            return status;
        }
    }

    /** Any thread. */
    private void exited(int status) {
        exit.tryEmitValue(status == Processes.LOST ? reported : status);
    }

    @Override
    public String toString() {
        return launch.program() + " (" + pid() + ")";
    }
}
