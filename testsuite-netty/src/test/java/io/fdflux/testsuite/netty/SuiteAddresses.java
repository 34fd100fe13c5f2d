package io.fdflux.testsuite.netty;

import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Unique names for Unix-domain sockets. */
final class SuiteAddresses {

    private static final AtomicInteger GIVEN = new AtomicInteger();

    private SuiteAddresses() {}

    /** {@return a path without a file, short enough for the {@code sun_path} of every system} */
    static DomainSocketAddress path() {
        try {
            Path path = Files.createTempFile("fd", ".sock");
            Files.delete(path);
            path.toFile().deleteOnExit();
            return new DomainSocketAddress(path.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return a name in Linux' abstract space, unix(7)} */
    static DomainSocketAddress abstractName() {
        return new DomainSocketAddress("\0fdflux-" + ProcessHandle.current().pid() + "-" + GIVEN.incrementAndGet());
    }
}
