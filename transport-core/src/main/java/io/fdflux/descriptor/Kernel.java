package io.fdflux.descriptor;

import io.fdflux.process.ProcessCalls;
import io.fdflux.spi.PollerProvider;
import io.netty.util.concurrent.Ticker;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What loops need of the operating system. Tests replace that of the machine: loops built within {@link #under} run on
 * another one.
 *
 * @param pollers   creates the pollers of loops
 * @param calls     opens descriptors for streams
 * @param processes starts processes
 * @param ticker    the clock of the loops' timers
 * @param clock     the clock that users and NTP set
 */
public record Kernel(
        PollerProvider pollers, DescriptorCalls calls, ProcessCalls processes, Ticker ticker, InstantSource clock) {

    private static final ScopedValue<Kernel> CURRENT = ScopedValue.newInstance();

    /** Requires all of them. */
    public Kernel {
        Objects.requireNonNull(pollers, "pollers");
        Objects.requireNonNull(calls, "calls");
        Objects.requireNonNull(processes, "processes");
        Objects.requireNonNull(ticker, "ticker");
        Objects.requireNonNull(clock, "clock");
    }

    /**
     * A kernel whose processes and clocks are the machine's.
     *
     * @param pollers creates the pollers of loops
     * @param calls   opens descriptors for streams
     */
    public Kernel(PollerProvider pollers, DescriptorCalls calls) {
        this(pollers, calls, ProcessCalls.posix(), Ticker.systemTicker(), Clock.systemUTC());
    }

    /**
     * The machine's kernel.
     *
     * @param pollers the chosen ones
     * @return the kernel
     */
    public static Kernel machine(PollerProvider pollers) {
        return new Kernel(pollers, DescriptorCalls.posix());
    }

    /** {@return the kernel of the test that builds loops on this thread; empty for the machine's kernel} */
    public static Optional<Kernel> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /**
     * Builds loops on this kernel.
     *
     * @param <T>   their type
     * @param build builds them, on the calling thread
     * @return the loops
     */
    public <T> T under(Supplier<T> build) {
        return ScopedValue.where(CURRENT, this).call(build::get);
    }
}
