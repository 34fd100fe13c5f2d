package io.fdflux.test;

import io.fdflux.posix.process.SignalNames;
import java.util.HashSet;
import java.util.Set;

/** Says what the processes of one program do: {@link ScriptedProcesses#program}. */
public final class ProgramScript {

    /** Writes the script of a program. */
    @FunctionalInterface
    public interface Script {
        /**
         * Writes what it does.
         *
         * @param program receives it
         */
        void write(ProgramScript program);
    }

    private static final int RUNS = -1;
    private static final int CODE_SHIFT = 8;

    ScriptedKernel.Script output = DescriptorScript::eof;
    ScriptedKernel.Script errors = DescriptorScript::eof;
    ScriptedKernel.Script input = fd -> {};
    final Set<Integer> ignored = new HashSet<>();
    int status = RUNS;
    int failure;

    ProgramScript() {}

    boolean exitsAtOnce() {
        return status != RUNS;
    }

    /**
     * Scripts its output, as this process reads it. By default it is at its end.
     *
     * @param script of this process's end of the pipe
     * @return this
     */
    public ProgramScript output(ScriptedKernel.Script script) {
        output = script;
        return this;
    }

    /**
     * Scripts its errors, as this process reads them. By default they are at their end.
     *
     * @param script of this process's end of the pipe
     * @return this
     */
    public ProgramScript errors(ScriptedKernel.Script script) {
        errors = script;
        return this;
    }

    /**
     * Scripts its input, as this process writes it. By default it takes everything.
     *
     * @param script of this process's end of the pipe
     * @return this
     */
    public ProgramScript input(ScriptedKernel.Script script) {
        input = script;
        return this;
    }

    /**
     * Exits as soon as it is started. By default it runs until the test ends it, or a signal does.
     *
     * @param code from 0 to 255
     * @return this
     */
    public ProgramScript exits(int code) {
        status = exitStatus(code);
        return this;
    }

    /** The status of wait(2). */
    static int exitStatus(int code) {
        if (code < 0 || code > 0xff) {
            throw new IllegalArgumentException("a process exits with a code from 0 to 255, not " + code);
        }
        return code << CODE_SHIFT;
    }

    /**
     * Survives a signal. By default it ends by any signal that it gets, unless the signal's default is something else.
     *
     * @param signal {@code TERM}, for example, but not {@code KILL}
     * @return this
     */
    public ProgramScript ignores(String signal) {
        ignored.add(SignalNames.number(signal).orElseThrow());
        return this;
    }

    /**
     * Cannot be started.
     *
     * @param errno of posix_spawn(3), such as {@link io.fdflux.posix.Errno#ENOENT}
     * @return this
     */
    public ProgramScript cannotBeStarted(int errno) {
        failure = errno;
        return this;
    }
}
