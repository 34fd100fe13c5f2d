package io.fdflux;

import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Terminal;
import io.fdflux.posix.TerminalSize;
import io.fdflux.source.KernelSource;
import io.fdflux.source.SourceFlux;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;

/** Reads the size of a terminal for each report of SIGWINCH, and drops one that is as before. For one subscriber. */
final class TerminalSizes implements KernelSource.Reports<TerminalSize> {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(TerminalSizes.class);

    private final Terminal terminal;
    private Runnable whenClosed;
    private boolean leased;
    /** What was delivered last; null at first. */
    private TerminalSize last;

    private TerminalSizes(Terminal terminal) {
        this.terminal = terminal;
    }

    /** {@return the sizes, as {@link FdFlux#terminalSizes}} */
    static Flux<TerminalSize> of(FdLoops loops, Terminal terminal) {
        String name = "the size of the " + terminal;
        return Flux.defer(() -> new SourceFlux<>(
                loops.placement(), name, List.of(SignalFlux.source("WINCH", new TerminalSizes(terminal)))));
    }

    /** Leases the descriptor, and fails when its owner closes it. */
    @Override
    public void begin(Consumer<? super Throwable> failed) {
        whenClosed = () -> failed.accept(new ClosedDescriptorException(terminal.descriptor(), "ioctl"));
        leased = terminal.descriptor().lease(whenClosed);
        if (!leased) {
            whenClosed.run();
        }
    }

    @Override
    public void end() {
        if (!leased) {
            return;
        }
        leased = false;
        try {
            terminal.descriptor().release(whenClosed);
        } catch (IOException e) {
            LOGGER.warn("{} was closed after its last stream, with an error", terminal.descriptor(), e);
        }
    }

    @Override
    public TerminalSize element(long count, int detail) throws IOException {
        TerminalSize size = terminal.size();
        if (size.equals(last)) {
            return null;
        }
        last = size;
        return size;
    }

    /** Watched before the first size is read, so that no change is missed. */
    @Override
    public boolean beginAtOnce() {
        return true;
    }
}
