package io.fdflux.process;

import java.io.IOException;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Calls on processes. Tests replace it by a scripted kernel. Thread-safe. */
public interface ProcessCalls {

    /** {@return the calls of the operating system} */
    static ProcessCalls posix() {
        return new PosixProcesses();
    }

    /** {@return where to call {@link #start}} */
    default Scheduler scheduler() {
        return Schedulers.boundedElastic();
    }

    /**
     * Starts a process. Blocks until its program is loaded, so it is called on {@link #scheduler}.
     *
     * @param launch what to start
     * @return the process, which the caller must reap, and the pipes, which the caller closes
     * @throws IOException if it cannot be started
     */
    Launched start(Launch launch) throws IOException;

    /**
     * Sends a signal, as {@link io.fdflux.posix.process.Processes#kill} does.
     *
     * @param pid    a process, or a process group if negative
     * @param signal its number
     * @return 0 or {@code -errno}
     */
    int kill(int pid, int signal);

    /**
     * Reaps a child if it has ended, as {@link io.fdflux.posix.process.Processes#reap} does.
     *
     * @param pid a child
     * @return the same
     */
    int reap(int pid);
}
