package io.fdflux.test;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.process.Processes;
import io.fdflux.posix.process.SignalNames;
import io.fdflux.process.Launch;
import io.fdflux.process.Launched;
import io.fdflux.process.ProcessCalls;
import io.fdflux.process.Standard;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The processes of a {@link ScriptedKernel}. Thread-safe. */
public final class ScriptedProcesses {

    private static final int FIRST_PID = 5000;

    /** Their default is no end: signal(7). */
    private static final Set<String> HARMLESS = Set.of("CHLD", "CONT", "URG", "WINCH", "INFO", "STOP", "TSTP");

    /** One process; guarded by the machine. */
    private static final class Scripted {
        final int pid;
        final boolean child;
        final ProgramScript script;
        final List<String> signals = new ArrayList<>();
        Launched launched;
        boolean running = true;
        boolean reaped;
        int status;

        Scripted(int pid, boolean child, ProgramScript script) {
            this.pid = pid;
            this.child = child;
            this.script = script;
        }

        boolean isZombie() {
            return child && !running && !reaped;
        }

        /** Linux reports a status to the parent alone; and so does this kernel. */
        int reported() {
            return child && !reaped ? status : ReadinessSink.UNKNOWN_STATUS;
        }

        @Override
        public String toString() {
            return "process " + pid + (running ? ", running" : isZombie() ? ", a zombie" : ", gone");
        }
    }

    private final ScriptedMachine machine;
    private final Function<ScriptedKernel.Script, Descriptor> open;
    private final Map<String, ProgramScript.Script> programs = new HashMap<>();
    private final Map<Integer, Scripted> processes = new TreeMap<>();

    ScriptedProcesses(ScriptedMachine machine, Function<ScriptedKernel.Script, Descriptor> open) {
        this.machine = machine;
        this.open = open;
    }

    // ---- actions of the test

    /**
     * Scripts a program. Others cannot be found.
     *
     * @param name   the first word of its commands
     * @param script for each of its processes
     */
    public void program(String name, ProgramScript.Script script) {
        synchronized (machine) {
            programs.put(name, script);
        }
    }

    /**
     * Starts a process that is no child of this one.
     *
     * @return its pid
     */
    public long foreign() {
        synchronized (machine) {
            return add(false, new ProgramScript()).pid;
        }
    }

    private Scripted add(boolean child, ProgramScript script) {
        Scripted process = new Scripted(FIRST_PID + processes.size(), child, script);
        processes.put(process.pid, process);
        return process;
    }

    /**
     * Lets a process exit.
     *
     * @param pid  of a running process
     * @param code from 0 to 255
     */
    public void exit(long pid, int code) {
        synchronized (machine) {
            end(running(pid), ProgramScript.exitStatus(code));
        }
    }

    private Scripted running(long pid) {
        Scripted process = of(pid);
        if (!process.running) {
            throw new IllegalStateException(process + " has ended before");
        }
        return process;
    }

    private Scripted of(long pid) {
        return Optional.ofNullable(processes.get((int) pid))
                .orElseThrow(() -> new IllegalArgumentException("this kernel has no process " + pid));
    }

    private void end(Scripted process, int status) {
        process.running = false;
        process.status = status;
        machine.sources.occur(SourceKind.PROCESS, process.pid, process.reported());
        machine.changed = true;
        machine.notifyAll();
    }

    // ---- results

    /** {@return the pids of the started processes that have not ended, in the order of their start} */
    public List<Long> running() {
        synchronized (machine) {
            return processes.values().stream()
                    .filter(process -> process.child && process.running)
                    .map(process -> (long) process.pid)
                    .toList();
        }
    }

    /**
     * The signals that a process has got.
     *
     * @param pid of a process
     * @return their names, in order
     */
    public List<String> signals(long pid) {
        synchronized (machine) {
            return List.copyOf(of(pid).signals);
        }
    }

    /**
     * This process's end of a pipe of a started process.
     *
     * @param pid of the process
     * @return reads from its output
     */
    public Descriptor output(long pid) {
        synchronized (machine) {
            return of(pid).launched.output().orElseThrow();
        }
    }

    /**
     * This process's end of a pipe of a started process.
     *
     * @param pid of the process
     * @return writes to its input
     */
    public Descriptor input(long pid) {
        synchronized (machine) {
            return of(pid).launched.input().orElseThrow();
        }
    }

    /** Fails if a started process has ended and was not reaped. */
    public void assertNoZombies() {
        synchronized (machine) {
            List<Scripted> zombies =
                    processes.values().stream().filter(Scripted::isZombie).toList();
            if (!zombies.isEmpty()) {
                throw new AssertionError("not reaped: " + zombies);
            }
        }
    }

    // ---- for the kernel; under its lock

    /** Whether a process can be watched: it runs, or is a zombie. */
    boolean knows(long pid) {
        Scripted process = processes.get((int) pid);
        return process != null && (process.running || process.isZombie());
    }

    /** Reports an exit that was before the watch. */
    void watched(ScriptedSource source) {
        Scripted process = of(source.ident);
        if (!process.running) {
            source.occur(process.reported());
        }
    }

    ProcessCalls calls() {
        return new Calls();
    }

    private final class Calls implements ProcessCalls {

        /** Nothing blocks here, and on a thread of its own {@link ScriptedKernel#settle} could not wait for it. */
        @Override
        public Scheduler scheduler() {
            return Schedulers.immediate();
        }

        @Override
        public Launched start(Launch launch) throws IOException {
            synchronized (machine) {
                machine.trace.add("spawn " + String.join(" ", launch.command()));
                ProgramScript.Script script = programs.get(launch.program());
                ProgramScript program = new ProgramScript();
                if (script == null) {
                    program.cannotBeStarted(Errno.ENOENT);
                } else {
                    script.write(program);
                }
                if (program.failure != 0) {
                    throw Errno.exception("posix_spawnp", launch.program(), program.failure);
                }
                Scripted process = add(true, program);
                process.launched = new Launched(
                        process.pid,
                        pipe(launch.input(), program.input),
                        pipe(launch.output(), program.output),
                        pipe(launch.errors(), program.errors));
                if (program.exitsAtOnce()) {
                    end(process, program.status);
                }
                return process.launched;
            }
        }

        private Optional<Descriptor> pipe(Standard standard, ScriptedKernel.Script script) {
            return standard == Standard.PIPE ? Optional.of(open.apply(script)) : Optional.empty();
        }

        @Override
        public int kill(int pid, int signal) {
            synchronized (machine) {
                String name = SignalNames.name(signal);
                machine.trace.add("kill " + pid + " " + name);
                Scripted process = processes.get(Math.abs(pid));
                if (process == null || process.reaped || !process.child && !process.running) {
                    return -Errno.ESRCH;
                }
                process.signals.add(name);
                boolean ends = !HARMLESS.contains(name) && !process.script.ignored.contains(signal);
                if (process.running && (ends || name.equals("KILL"))) {
                    end(process, signal);
                }
                return 0;
            }
        }

        @Override
        public int reap(int pid) {
            synchronized (machine) {
                machine.trace.add("reap " + pid);
                Scripted process = processes.get(pid);
                if (process == null || !process.child || process.reaped) {
                    return Processes.LOST;
                }
                if (process.running) {
                    return Processes.RUNNING;
                }
                process.reaped = true;
                return process.status;
            }
        }
    }
}
