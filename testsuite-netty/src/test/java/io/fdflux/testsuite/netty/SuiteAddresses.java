package io.fdflux.testsuite.netty;

import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Names for Unix-domain sockets, each given once. */
final class SuiteAddresses {

    private static final AtomicInteger GIVEN = new AtomicInteger();

    private SuiteAddresses() {}

    /** A path where there is no file, short enough for the {@code sun_path} of every system. */
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

    /** A name in Linux' abstract space, unix(7). */
    static DomainSocketAddress abstractName() {
        return new DomainSocketAddress("\0fdflux-" + ProcessHandle.current().pid() + "-" + GIVEN.incrementAndGet());
    }
}
