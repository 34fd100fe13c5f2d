package io.fdflux;

import io.fdflux.process.Launch;
import io.fdflux.process.Standard;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A process to start, for {@link ProcessFlux#start}. Immutable: each method returns another command. By default its
 * input, output and errors are pipes, and it has the environment and the working directory of this process.
 */
public final class Command {

    private final Launch launch;

    private Command(Launch launch) {
        this.launch = launch;
    }

    /**
     * A command.
     *
     * @param program   its path, or a name that is searched for in this process's PATH: execvp(3)
     * @param arguments without the program's name; no shell interprets them
     * @return the command
     */
    public static Command of(String program, String... arguments) {
        return of(Stream.concat(Stream.of(program), Stream.of(arguments)).toList());
    }

    /**
     * A command.
     *
     * @param command its program and arguments
     * @return the command
     */
    public static Command of(List<String> command) {
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw new IllegalArgumentException("a command needs a program");
        }
        command.forEach(argument -> requireText("an argument of " + command.getFirst(), argument));
        return new Command(new Launch(
                List.copyOf(command),
                Map.copyOf(System.getenv()),
                Optional.empty(),
                Standard.PIPE,
                Standard.PIPE,
                Standard.PIPE,
                false));
    }

    private static void requireText(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " has a NUL, which would end it: " + text.replace('\0', '?'));
        }
    }

    /**
     * Adds or replaces a variable of the environment.
     *
     * @param name  without {@code =}
     * @param value its value
     * @return the command with it
     */
    public Command environment(String name, String value) {
        requireText("a variable", name + value);
        if (name.isEmpty() || name.indexOf('=') >= 0) {
            throw new IllegalArgumentException("not the name of a variable: '" + name + "'");
        }
        Map<String, String> variables = new TreeMap<>(launch.environment());
        variables.put(name, value);
        return environmentOnly(variables);
    }

    /**
     * Replaces the whole environment.
     *
     * @param variables all variables
     * @return the command with them
     */
    public Command environmentOnly(Map<String, String> variables) {
        return new Command(new Launch(
                launch.command(),
                Map.copyOf(variables),
                launch.directory(),
                launch.input(),
                launch.output(),
                launch.errors(),
                launch.ownGroup()));
    }

    /**
     * Sets the working directory. OpenBSD and DragonFly cannot start a process in another one, and neither can glibc
     * before 2.29.
     *
     * @param path an existing directory
     * @return the command with it
     */
    public Command directory(Path path) {
        return new Command(new Launch(
                launch.command(),
                launch.environment(),
                Optional.of(path),
                launch.input(),
                launch.output(),
                launch.errors(),
                launch.ownGroup()));
    }

    /**
     * Makes the process lead a new process group. Signals and {@link ChildProcess#kill} then reach its descendants too,
     * unless they leave the group. A terminal's Ctrl-C does not reach it any more.
     *
     * @return the command
     */
    public Command ownGroup() {
        return new Command(new Launch(
                launch.command(),
                launch.environment(),
                launch.directory(),
                launch.input(),
                launch.output(),
                launch.errors(),
                true));
    }

    /** {@return the command with /dev/null as its input, which is at its end at once} */
    public Command withoutInput() {
        return standard(Standard.DISCARD, launch.output(), launch.errors());
    }

    /** {@return the command with this process's standard input as its own} */
    public Command inheritInput() {
        return standard(Standard.INHERIT, launch.output(), launch.errors());
    }

    /** {@return the command with /dev/null as its output} */
    public Command discardOutput() {
        return standard(launch.input(), Standard.DISCARD, launch.errors());
    }

    /** {@return the command with this process's standard output as its own} */
    public Command inheritOutput() {
        return standard(launch.input(), Standard.INHERIT, launch.errors());
    }

    /** {@return the command with /dev/null for its errors} */
    public Command discardErrors() {
        return standard(launch.input(), launch.output(), Standard.DISCARD);
    }

    /** {@return the command with this process's standard error as its own} */
    public Command inheritErrors() {
        return standard(launch.input(), launch.output(), Standard.INHERIT);
    }

    /** {@return the command with its errors in its output, in the order in which they are written} */
    public Command mergeErrors() {
        return standard(launch.input(), launch.output(), Standard.OUTPUT);
    }

    private Command standard(Standard input, Standard output, Standard errors) {
        return new Command(new Launch(
                launch.command(), launch.environment(), launch.directory(), input, output, errors, launch.ownGroup()));
    }

    /** The command for a user that neither writes to it nor reads its errors. */
    Command forOutputAlone() {
        return standard(
                launch.input() == Standard.PIPE ? Standard.DISCARD : launch.input(),
                Standard.PIPE,
                launch.errors() == Standard.PIPE ? Standard.INHERIT : launch.errors());
    }

    Launch launch() {
        return launch;
    }

    /** {@return the program} */
    public String program() {
        return launch.program();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Command that && launch.equals(that.launch);
    }

    @Override
    public int hashCode() {
        return Objects.hash(launch);
    }

    /** {@return the program and its arguments} */
    @Override
    public String toString() {
        return String.join(" ", launch.command());
    }
}
