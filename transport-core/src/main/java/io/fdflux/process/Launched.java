package io.fdflux.process;

import io.fdflux.posix.Descriptor;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process that was started, and this process's ends of its pipes.
 *
 * @param pid    of a child, which must be reaped
 * @param input  writes to its descriptor 0
 * @param output reads from its descriptor 1
 * @param errors reads from its descriptor 2
 */
public record Launched(int pid, Optional<Descriptor> input, Optional<Descriptor> output, Optional<Descriptor> errors) {

    void closePipes() {
        Stream.of(input, output, errors).flatMap(Optional::stream).forEach(Descriptor::closeUnchecked);
    }
}
