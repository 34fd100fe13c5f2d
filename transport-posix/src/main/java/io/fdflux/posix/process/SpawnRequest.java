package io.fdflux.posix.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@link Spawn} starts.
 *
 * @param command     the program, searched for in PATH unless it has a slash, and its arguments
 * @param environment all variables of the new process
 * @param directory   its working directory; empty for this process's
 * @param standard    the descriptors of this process that become its descriptors 0, 1 and 2
 * @param ownGroup    whether it leads a new process group
 */
public record SpawnRequest(
        List<String> command,
        Map<String, String> environment,
        Optional<Path> directory,
        List<Integer> standard,
        boolean ownGroup) {

    private static final int STANDARD_DESCRIPTORS = 3;

    /** Copies the collections. */
    public SpawnRequest {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        standard = List.copyOf(standard);
        if (command.isEmpty() || standard.size() != STANDARD_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    "a process needs a program and three standard descriptors, not " + command + " and " + standard);
        }
    }
}
