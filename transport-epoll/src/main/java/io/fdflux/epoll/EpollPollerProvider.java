package io.fdflux.epoll;

import io.fdflux.posix.platform.Platform;
import io.fdflux.spi.Poller;
import io.fdflux.spi.PollerProvider;
import java.io.IOException;
import java.util.Optional;

/** Provides the poller named {@code epoll}, which runs on Linux. */
public final class EpollPollerProvider implements PollerProvider {

    private static final int PRIORITY = 100;

    private static final class Availability {
        static final Optional<Throwable> CAUSE = cause();

        private static Optional<Throwable> cause() {
            try {
                if (Platform.current().os() != Platform.Os.LINUX) {
                    return Optional.of(
                            new UnsupportedOperationException("epoll is Linux's; this is " + Platform.current()));
                }
                new EpollPoller().close();
                return Optional.empty();
            } catch (IOException | IllegalStateException | LinkageError e) {
                return Optional.of(e);
            }
        }
    }

    /** For {@link java.util.ServiceLoader}. */
    public EpollPollerProvider() {}

    @Override
    public String name() {
        return "epoll";
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
        return new EpollPoller();
    }
}
