package io.fdflux.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process to start.
 *
 * @param command     the program and its arguments
 * @param environment all its variables
 * @param directory   its working directory; empty for this process's
 * @param input       its descriptor 0
 * @param output      its descriptor 1
 * @param errors      its descriptor 2
 * @param ownGroup    whether it leads a new process group, which signals reach as a whole
 */
public record Launch(
        List<String> command,
        Map<String, String> environment,
        Optional<Path> directory,
        Standard input,
        Standard output,
        Standard errors,
        boolean ownGroup) {

    /** {@return the program's name, for messages} */
    public String program() {
        return command.getFirst();
    }
}
