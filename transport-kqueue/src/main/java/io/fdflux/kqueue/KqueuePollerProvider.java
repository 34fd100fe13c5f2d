package io.fdflux.kqueue;

import io.fdflux.posix.platform.MissingSymbolException;
import io.fdflux.posix.platform.Platform;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import java.io.IOException;
import java.util.Optional;

/**
 * Provides the poller named {@code kqueue}, which runs on macOS and the BSDs. On Linux it needs a library
 * with kqueue(2).
 */
public final class KqueuePollerProvider implements PollerProvider {

    // Below epoll's, because on Linux with libkqueue the kernel's own poller is better.
    private static final int PRIORITY = 50;

    private static final class Availability {
        static final Optional<Throwable> CAUSE = cause();

        private static Optional<Throwable> cause() {
            try {
                new KqueuePoller(WakerChoice.configured()).close();
                return Optional.empty();
            } catch (MissingSymbolException e) {
                return Optional.of(
                        Platform.current().os() == Platform.Os.LINUX
                                ? new UnsupportedOperationException(
                                        "kqueue is macOS's and the BSDs'; on Linux it takes a"
                                                + " library that has it, named by fdflux.posix.libraries",
                                        e)
                                : e);
            } catch (IOException | IllegalArgumentException | IllegalStateException | LinkageError e) {
                // IllegalStateException includes UnsupportedPlatformException.
                return Optional.of(e);
            }
        }
    }

    /** For {@link java.util.ServiceLoader}. */
    public KqueuePollerProvider() {}

    @Override
    public String name() {
        return "kqueue";
    }

    @Override
    public int priority() {
        return PRIORITY;
    }

    @Override
    public Optional<Throwable> unavailabilityCause() {
        return Availability.CAUSE;
    }

    @Override
    public Poller open() throws IOException {
        return new KqueuePoller(WakerChoice.configured());
    }
}
