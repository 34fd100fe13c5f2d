package io.fdflux.process;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.process.Processes;
import io.fdflux.posix.process.Spawn;
import io.fdflux.posix.process.SpawnRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts processes by {@link Spawn}, and makes their pipes. */
final class PosixProcesses implements ProcessCalls {

    private static final Path NOTHING = Path.of("/dev/null");

    /** The ends of the pipes while a process is started. */
    private static final class Ends {
        private final List<Descriptor> ours = new ArrayList<>();
        private final List<Descriptor> theirs = new ArrayList<>();

        /** Returns this process's end; the child's is blocking, as programs expect. */
        Optional<Descriptor> pipe(boolean childReads) throws IOException {
            Pipes.Pair pipe = Pipes.pipe();
            Descriptor own = childReads ? pipe.second() : pipe.first();
            Descriptor childs = childReads ? pipe.first() : pipe.second();
            ours.add(own);
            theirs.add(childs);
            childs.nonBlocking(false); // each end of a pipe has an open file, and so a flag, of its own: pipe(2)
            return Optional.of(own);
        }

        void discard(boolean childReads) throws IOException {
            theirs.add(Descriptor.open(NOTHING, childReads ? StandardOpenOption.READ : StandardOpenOption.WRITE));
        }

        int lastOfChild() {
            return theirs.getLast().number();
        }

        static void close(List<Descriptor> ends) {
            ends.forEach(Descriptor::closeUnchecked);
        }
    }

    @Override
    public Launched start(Launch launch) throws IOException {
        Ends ends = new Ends();
        boolean started = false;
        try {
            List<Integer> standard = new ArrayList<>();
            Optional<Descriptor> input = standard(launch.input(), standard, ends);
            Optional<Descriptor> output = standard(launch.output(), standard, ends);
            Optional<Descriptor> errors = standard(launch.errors(), standard, ends);
            int pid = Spawn.spawn(new SpawnRequest(
                    launch.command(), launch.environment(), launch.directory(), standard, launch.ownGroup()));
            started = true;
            return new Launched(pid, input, output, errors);
        } finally {
            Ends.close(ends.theirs);
            if (!started) {
                Ends.close(ends.ours);
            }
        }
    }

    /** Adds the number for the next of the descriptors 0, 1 and 2. Returns this process's end of a pipe. */
    private static Optional<Descriptor> standard(Standard what, List<Integer> numbers, Ends ends) throws IOException {
        int number = numbers.size();
        boolean childReads = number == 0;
        Optional<Descriptor> own = Optional.empty();
        switch (what) {
            case PIPE -> {
                own = ends.pipe(childReads);
                numbers.add(ends.lastOfChild());
            }
            case DISCARD -> {
                ends.discard(childReads);
                numbers.add(ends.lastOfChild());
            }
            case INHERIT -> numbers.add(number);
            case OUTPUT -> numbers.add(numbers.getLast());
        }
        return own;
    }

    @Override
    public int kill(int pid, int signal) {
        return Processes.kill(pid, signal);
    }

    @Override
    public int reap(int pid) {
        return Processes.reap(pid);
    }
}
